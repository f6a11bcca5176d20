using System.Globalization;
using Cim.Generators.Naming;

namespace Cim.Tasks.Options;

/// <summary>One kind of metadata of a <c>CimModel</c> item: its name, the compiler's flag, and what values it takes.</summary>
/// <param name="Name">The metadata, and with the prefix <c>Cim</c> the property.</param>
/// <param name="Flag">The flag of <c>cim compile</c>; null if only the generated class uses it.</param>
/// <param name="Kind">How the value is checked and passed.</param>
/// <param name="Allowed">What the error says is allowed.</param>
internal sealed record ModelMetadata(string Name, string? Flag, MetadataKind Kind, string Allowed)
{
    /// <summary>Every metadata, in the order in which it is passed. The README's table has the same rows.</summary>
    public static IReadOnlyList<ModelMetadata> All { get; } =
    [
        new("Hardware", "--hardware", MetadataKind.NameOrFile, "the name of a built-in profile ('cim hardware list') or a *.cimhw.json file"),
        new("Calibration", "--calibration", MetadataKind.File, "a data file (.npz, .npy, IDX, CIFAR-10 binary)"),
        new("Evaluation", "--evaluation", MetadataKind.File, "a labelled data file (.npz, IDX, CIFAR-10 binary)"),
        new("Training", "--training", MetadataKind.File, "a data file (.npz, .npy, IDX, CIFAR-10 binary)"),
        new("Validation", "--validation", MetadataKind.File, "a data file (.npz, .npy, IDX, CIFAR-10 binary)"),
        new("TrainingShift", "--training-shift", MetadataKind.Count, "a whole number of pixels, at least 1"),
        new("TrainingFlip", "--training-flip", MetadataKind.Switch, "true or false"),
        new("Epochs", "--epochs", MetadataKind.Count, "a whole number from 1 to 100000"),
        new("LearningRate", "--learning-rate", MetadataKind.Probability, "a number between 0 and 1"),
        new("Objective", "--objective", MetadataKind.Word, "latency, energy or arrays"),
        new("MaxAccuracyLoss", "--max-accuracy-loss", MetadataKind.Number, "percentage points, 0 to 100"),
        new("Search", "--search", MetadataKind.Word, "a search method: rl, exact, evolutionary, random or uniform"),
        new("SearchBudget", "--budget-minutes", MetadataKind.Minutes, "minutes, more than 0"),
        new("KeepEnds", "--keep-ends", MetadataKind.Switch, "true or false"),
        new("SearchBinary", "--search-binary", MetadataKind.Switch, "true or false"),
        new("WeightBits", "--weight-bits", MetadataKind.Integer, "a whole number from 1 to 8"),
        new("ActivationBits", "--activation-bits", MetadataKind.Integer, "a whole number from 2 to 8"),
        new("VariationAware", "--variation-aware", MetadataKind.Switch, "true or false"),
        new("VariationConfidence", "--variation-confidence", MetadataKind.Probability, "a probability between 0 and 1"),
        new("AdcBits", "--adc-bits", MetadataKind.Integer, "a whole number from 2 to 8"),
        new("Strips", "--strips", MetadataKind.Share, "the share of cells to save, between 0 and 1, or auto"),
        new("StripWidths", "--strip-widths", MetadataKind.Numbers, "widths separated by commas: 0 and 2 to 8"),
        new("MergeWeights", "--merge", MetadataKind.MergedShare, "the share of cells to save, from 0 to less than 1, or auto"),
        new("CopiesWithin", "--copies-within", MetadataKind.Seed, "a number of arrays"),
        new("Seed", "--seed", MetadataKind.Seed, "a whole number from 0 to 18446744073709551615"),
        new("Scale", "--scale", MetadataKind.Numbers, "a number or fraction (1/255), or one per channel separated by commas"),
        new("Mean", "--mean", MetadataKind.Numbers, "a number or fraction (1/255), or one per channel separated by commas"),
        new("Std", "--std", MetadataKind.Numbers, "a number or fraction (1/255), or one per channel separated by commas"),
        new("Lock", "--lock", MetadataKind.LockFile, "the path of the lock file"),
        new("ClassName", null, MetadataKind.ClassName, "a C# identifier"),
        new("Namespace", null, MetadataKind.Namespace, "a C# namespace"),
        new("Fidelity", null, MetadataKind.Fidelity, "exact, adc, device or circuit"),
    ];

    /// <summary>What is wrong with a value, or null.</summary>
    public string? Check(string value, string fullPath)
    {
        bool valid = Kind switch
        {
            MetadataKind.File => true,
            MetadataKind.NameOrFile => true,
            MetadataKind.LockFile => !Directory.Exists(fullPath),
            MetadataKind.Word => value.All(c => char.IsLetterOrDigit(c) || c is '-' or '_'),
            MetadataKind.Integer => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int bits) && bits is >= 2 and <= 8,
            MetadataKind.Count => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count is >= 1 and <= 100_000,
            MetadataKind.Seed => ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out _),
            MetadataKind.Share => value == "auto" || (IsNumber(value, out double share) && share is > 0 and < 1),
            MetadataKind.MergedShare => value == "auto" || (IsNumber(value, out double merged) && merged is >= 0 and < 1),
            MetadataKind.Probability => IsNumber(value, out double probability) && probability is > 0 and < 1,
            MetadataKind.Number => IsNumber(value, out double number) && number is >= 0 and <= 100,
            MetadataKind.Minutes => IsNumber(value, out double minutes) && minutes is > 0 and <= 100_000,
            MetadataKind.Numbers => value.Split(',', ';').All(piece => piece.Split('/') is { Length: <= 2 } parts && parts.All(part => IsNumber(part.Trim(), out _))),
            MetadataKind.ClassName => Identifiers.IsValid(value),
            MetadataKind.Namespace => value.Split('.').All(Identifiers.IsValid),
            MetadataKind.Switch => bool.TryParse(value, out _),
            MetadataKind.Fidelity => value.ToLowerInvariant() is "exact" or "adc" or "device" or "circuit",
            _ => throw new InvalidOperationException($"No check for {Kind}."),
        };
        return valid ? null : $"{Name}=\"{value}\" is not valid: expected {Allowed}.";
    }

    /// <summary>True if the value of this item names a file (and not, say, a built-in hardware profile).</summary>
    public bool IsFile(string value, string fullPath) => Kind == MetadataKind.File
        || (Kind == MetadataKind.NameOrFile && (value.EndsWith(".json", StringComparison.OrdinalIgnoreCase)
            || value.IndexOfAny(['/', '\\']) >= 0 || System.IO.File.Exists(fullPath)));

    // Infinity and NaN parse as numbers, but are none to calculate with.
    private static bool IsNumber(string text, out double number) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && !double.IsNaN(number) && !double.IsInfinity(number);
}

/// <summary>How the value of a metadata is checked.</summary>
internal enum MetadataKind { File, NameOrFile, LockFile, Word, Integer, Count, Seed, Share, MergedShare, Probability, Number, Minutes, Numbers, ClassName, Namespace, Fidelity, Switch }
