namespace Cim.Tasks.Options;

/// <summary>
/// One option of a compilation, under its three names: metadata of a <c>CimModel</c> item, property (with the prefix <c>Cim</c>), and
/// flag of <c>cim compile</c>. The table is compiled into the build task and into the command, so both know the same names and limits.
/// </summary>
/// <param name="Name">The metadata.</param>
/// <param name="Flag">The flag of <c>cim compile</c>; null if only the build uses it.</param>
/// <param name="Kind">How the value is checked and passed.</param>
/// <param name="Allowed">What an error says is allowed.</param>
internal sealed record ModelMetadata(string Name, string? Flag, MetadataKind Kind, string Allowed)
{
    private const string DataFile = "a data file (.npz, .npy, IDX, CIFAR-10 binary)";
    private const string NumberForEach = "a number or fraction (1/255), or one per channel separated by commas";
    private const string Output = "the path of a file that is written";

    /// <summary>Every option, in the order in which it is passed. The table of the README has the same rows.</summary>
    public static IReadOnlyList<ModelMetadata> All { get; } =
    [
        new("Hardware", "--hardware", MetadataKind.NameOrFile,
            "the name of a built-in profile ('cim hardware list') or a *.cimhw.json file"),
        new("Calibration", "--calibration", MetadataKind.File, DataFile),
        new("Evaluation", "--evaluation", MetadataKind.File, "a labelled data file (.npz, IDX, CIFAR-10 binary)"),
        new("Labels", "--labels", MetadataKind.File, "a text file, one label a line in the order of the scores"),
        new("Training", "--training", MetadataKind.File, DataFile),
        new("Validation", "--validation", MetadataKind.File, DataFile),
        new("TrainingShift", "--training-shift", MetadataKind.Integer, "a whole number of pixels, 0 or more") { Min = 0 },
        new("TrainingFlip", "--training-flip", MetadataKind.Switch, "true or false"),
        new("Epochs", "--epochs", MetadataKind.Integer, "a whole number from 1 to 100000") { Min = 1, Max = 100_000 },
        new("LearningRate", "--learning-rate", MetadataKind.Probability, "a number between 0 and 1"),
        new("Objective", "--objective", MetadataKind.Choice, "latency, energy, arrays or energy-delay")
        {
            Choices = ["latency", "energy", "arrays", "energy-delay"],
        },
        new("MaxAccuracyLoss", "--max-accuracy-loss", MetadataKind.Percentage, "percentage points, 0 to 100"),
        new("Search", "--search", MetadataKind.Choice, "a search method: rl, exact, evolutionary, random or uniform")
        {
            Choices = ["rl", "exact", "evolutionary", "random", "uniform"],
        },
        new("SearchBudget", "--budget-minutes", MetadataKind.Minutes, "minutes, more than 0"),
        new("BudgetMinutes", "--budget-minutes", MetadataKind.Minutes, "minutes, more than 0"),
        new("SearchEvaluations", "--search-evaluations", MetadataKind.Integer, "a whole number, at least 1") { Min = 1 },
        new("SearchSamples", "--search-samples", MetadataKind.Integer, "a whole number, at least 3") { Min = 3 },
        new("SearchTrainingSamples", "--search-training-samples", MetadataKind.Integer, "a whole number, at least 1") { Min = 1 },
        new("MaxArrays", "--max-arrays", MetadataKind.Integer, "a number of arrays, at least 1") { Min = 1, Max = long.MaxValue },
        new("KeepEnds", "--keep-ends", MetadataKind.Switch, "true or false"),
        new("SearchBinary", "--search-binary", MetadataKind.Switch, "true or false"),
        new("WeightBits", "--weight-bits", MetadataKind.Integer, "a whole number from 1 to 8") { Min = 1, Max = 8 },
        new("ActivationBits", "--activation-bits", MetadataKind.Integer, "a whole number from 2 to 8") { Min = 2, Max = 8 },
        new("VariationAware", "--variation-aware", MetadataKind.Switch, "true or false"),
        new("VariationConfidence", "--variation-confidence", MetadataKind.Probability, "a probability between 0 and 1"),
        new("AdcBits", "--adc-bits", MetadataKind.Integer, "a whole number from 1 to 16, or 0 for that of the profile")
        {
            Min = 0,
            Max = 16,
        },
        new("Strips", "--strips", MetadataKind.Share, "the share of cells to save, between 0 and 1, or auto"),
        new("StripWidths", "--strip-widths", MetadataKind.Numbers, "widths separated by commas: 0 and 2 to 8"),
        new("StripUnit", "--strip-unit", MetadataKind.Choice, "strip, column or layer") { Choices = ["strip", "column", "layer"] },
        new("MergeWeights", "--merge", MetadataKind.MergedShare, "the share of cells to save, from 0 to less than 1, or auto"),
        new("Merge", "--merge", MetadataKind.MergedShare, "the share of cells to save, from 0 to less than 1, or auto"),
        new("MergeMethod", "--merge-method", MetadataKind.Choice, "group, spectral or auto") { Choices = ["group", "spectral", "auto"] },
        new("CopiesWithin", "--copies-within", MetadataKind.Integer, "a number of arrays, or 0 for no copies")
        {
            Min = 0,
            Max = long.MaxValue,
        },
        new("Policy", "--policy", MetadataKind.File, "a policy file (.json)"),
        new("CalibrationMethod", "--calibration-method", MetadataKind.Choice, "mse, minmax, percentile or entropy")
        {
            Choices = ["mse", "minmax", "percentile", "entropy"],
        },
        new("CalibrationSamples", "--calibration-samples", MetadataKind.Integer, "a whole number, at least 1") { Min = 1 },
        new("Rounding", "--rounding", MetadataKind.Choice, "auto, compensated, nearest or learned")
        {
            Choices = ["auto", "compensated", "nearest", "learned"],
        },
        new("Limit", "--limit", MetadataKind.Integer, "a number of samples, or 0 for all") { Min = 0 },
        new("Seed", "--seed", MetadataKind.Seed, "a whole number from 0 to 18446744073709551615"),
        new("Scale", "--scale", MetadataKind.Numbers, NumberForEach),
        new("Mean", "--mean", MetadataKind.Numbers, NumberForEach),
        new("Std", "--std", MetadataKind.Numbers, NumberForEach),
        new("Dim", "--dim", MetadataKind.Dimensions, "name=size, several separated by semicolons or commas"),
        new("Lock", "--lock", MetadataKind.LockFile, "the path of the lock file"),
        new("LockLimit", "--lock-limit", MetadataKind.Percentage, "MB, 0 to 100"),
        new("ExportQdq", "--export-qdq", MetadataKind.Output, Output),
        new("PolicyOutput", "--policy-output", MetadataKind.Output, Output),
        new("Dump", "--dump", MetadataKind.Output, "the path of a folder that is written"),
        new("TrialLog", "--trial-log", MetadataKind.State, "the path of the file that keeps what a search measured"),
        new("TrainingCheckpoint", "--training-checkpoint", MetadataKind.State,
            "the path of the file that keeps a training that is stopped"),
        new("AdditionalOptions", null, MetadataKind.Text, "further options of 'cim compile'"),
        new("ClassName", null, MetadataKind.ClassName, "a C# identifier"),
        new("Namespace", null, MetadataKind.Namespace, "a C# namespace"),
        new("Fidelity", "--fidelity", MetadataKind.Choice, "exact, adc, device or circuit")
        {
            Choices = ["exact", "adc", "device", "circuit"],
            IgnoresCase = true,
        },
    ];

    /// <summary>The smallest whole number.</summary>
    public long Min { get; init; }

    /// <summary>The largest whole number.</summary>
    public long Max { get; init; } = int.MaxValue;

    /// <summary>The values of a choice.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>Whether upper case is taken as well.</summary>
    public bool IgnoresCase { get; init; }
}

/// <summary>How the value of an option is checked and passed.</summary>
internal enum MetadataKind
{
    /// <summary>A file that is read.</summary>
    File,

    /// <summary>A built-in name, or a file that is read.</summary>
    NameOrFile,

    /// <summary>The lock file: read and written.</summary>
    LockFile,

    /// <summary>A file or folder that is written, and belongs to the result.</summary>
    Output,

    /// <summary>A file that keeps interrupted work and changes no result.</summary>
    State,

    /// <summary>One of <see cref="ModelMetadata.Choices"/>.</summary>
    Choice,

    /// <summary>A whole number from <see cref="ModelMetadata.Min"/> to <see cref="ModelMetadata.Max"/>.</summary>
    Integer,

    /// <summary>A whole number of 64 bits without sign.</summary>
    Seed,

    /// <summary>A number between 0 and 1, without both, or <c>auto</c>.</summary>
    Share,

    /// <summary>The same, and 0.</summary>
    MergedShare,

    /// <summary>A number between 0 and 1, without both.</summary>
    Probability,

    /// <summary>A number from 0 to 100.</summary>
    Percentage,

    /// <summary>A number above 0.</summary>
    Minutes,

    /// <summary>Numbers or fractions separated by commas.</summary>
    Numbers,

    /// <summary>Sizes of named dimensions.</summary>
    Dimensions,

    /// <summary><c>true</c> or <c>false</c>.</summary>
    Switch,

    /// <summary>Passed as it is.</summary>
    Text,

    /// <summary>A C# identifier.</summary>
    ClassName,

    /// <summary>C# identifiers with dots between them.</summary>
    Namespace,
}
