namespace Cim.Compiler.Options;

/// <summary>
/// Every option of a compilation, one row each. The command line, the metadata of items, the MSBuild properties, the tables of the
/// documentation, and the keys of lock files, caches and logs are made from these rows.
/// </summary>
internal static partial class OptionTable
{
    private const OptionKeys Result = OptionKeys.Lock | OptionKeys.Cache;

    private static readonly Lazy<IReadOnlyList<OptionRow>> _all = new(Rows);

    /// <summary>All options, in the order in which a key has them. A new option is a row in one of the files of this class, and a name
    /// here.</summary>
    public static IReadOnlyList<OptionRow> All => _all.Value;

    /// <summary>The options of <c>cim compile</c>.</summary>
    public static IEnumerable<OptionRow> OnCommandLine => All.Where(row => row.IsOnCommandLine);

    /// <summary>The options of an item.</summary>
    public static IEnumerable<OptionRow> OnItem => All.Where(row => row.IsOnItem);

    /// <summary>The row of a flag; null if there is none.</summary>
    public static OptionRow? WithFlag(string flag) =>
        All.FirstOrDefault(row => row.IsOnCommandLine && (row.Flag == flag || row.ShortFlag == flag));

    /// <summary>A help text with the names of other options as they are written somewhere.</summary>
    /// <param name="text">The text; options stand in it as their names in braces.</param>
    /// <param name="name">How an option is written.</param>
    public static string Spelled(string text, Func<OptionRow, string> name) =>
        All.Aggregate(text, (spelled, row) => spelled.Replace("{" + row.Name + "}", name(row)));

    private static IReadOnlyList<OptionRow> Rows() =>
    [
        Hardware, Calibration, Evaluation, Labels, Training, Validation, Policy,
        Search, WeightBits, ActivationBits, Objective, SearchEvaluations, MaxArrays, MaxAccuracyLoss, Seed,
        Dim, Dims, Fix, AdcBits, CopiesWithin, ScheduleFor, EdgeBits, SearchBinary, ParallelCandidates, SearchSamples,
        SearchTrainingSamples,
        Strips, StripWidths, StripUnit, MergeWeights, MergeMethod,
        CalibrationMethod, CalibrationSamples, Scale, Mean, Std, Rounding, VariationAware, VariationConfidence,
        Epochs, TrainingShift, TrainingFlip, LearningRate, Engine, Device, EnginePackages,
        SearchBudget, Fidelity, Limit,
        Lock, LockLimit, ForceEvaluate, RefreshLock, Locked, LockOnly,
        Output, Report, ExportQdq, PolicyOutput, Dump, Dependencies, TrialLog, TrainingCheckpoint,
        ClassName, Namespace, AdditionalOptions,
    ];
}
