using System.Collections.Immutable;
using System.Text;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Import;
using Cim.Compiler.Locking;
using Cim.Compiler.Precision;
using Cim.Compiler.QuantizationAware;
using Cim.Runtime;
using Cim.Runtime.Hardware;
using Cim.Training.Data;

namespace Cim.Compiler.Pipeline;

/// <summary>
/// The lock file: which inputs a compilation read (by hash), the precisions it chose, and what came out. A lock of the same inputs supplies
/// the precisions and the quantized network, so that neither a search nor rounding nor training is repeated, where a processor's last bits
/// would lead elsewhere; a lock of other inputs is an error that names what changed, unless the compilation is forced, which writes it
/// anew.
/// </summary>
internal sealed class CompileLock
{
    private readonly ImmutableSortedDictionary<string, string> _inputs;

    private CompileLock(ImmutableSortedDictionary<string, string> inputs, LockFile? file) =>
        (_inputs, Policy, Result) = (inputs, file?.Policy, file?.Result);

    /// <summary>What is wrong with the lock that is about to be replaced; null if nothing is.</summary>
    public string? Stale { get; private init; }

    /// <summary>Whether the locked result is to be replaced by what was emitted.</summary>
    public bool Renews { get; set; }

    /// <summary>The locked precisions; null if there is no lock file yet.</summary>
    public QuantizationPolicy? Policy { get; }

    /// <summary>The locked result; null if there is none yet.</summary>
    public LockResult? Result { get; }

    /// <summary>Reads the lock file, if there is one, and compares its inputs with those of this compilation.</summary>
    /// <param name="options">The compilation.</param>
    /// <param name="hardware">Its hardware.</param>
    /// <param name="layers">The model's layers, for checking the locked ones.</param>
    /// <exception cref="CimException">CIM1010: inputs changed; CIM0011: the lock is malformed.</exception>
    public static CompileLock Open(CompileOptions options, HardwareProfile hardware, QuantizationPolicy layers)
    {
        ImmutableSortedDictionary<string, string> inputs = InputsOf(options, hardware);
        string path = options.LockPath!;
        // What cannot be written fails here, not after the search.
        if (!options.Locked && !File.Exists(path)) Writable(path, () => AtomicFile.Probe(path));
        if (options.ForceEvaluate) return new CompileLock(inputs, null);
        if (!File.Exists(path))
        {
            return !options.Locked ? new CompileLock(inputs, null) : throw new CimException(ErrorCodes.LockMissing,
                "The lock file does not exist, and --locked compiles nothing that is not locked. Compile once without --locked and commit "
                    + "the lock file.") { File = path };
        }

        LockFile file = LockFile.Read(path, layers);
        ImmutableSortedDictionary<string, string> locked = file.Inputs;
        string[] changed = [.. inputs.Keys.Union(locked.Keys).Order(StringComparer.Ordinal)
            .Where(k => inputs.GetValueOrDefault(k) != locked.GetValueOrDefault(k))];
        if (changed.Length > 0)
        {
            string what = string.Join(
                "; ", changed.Select(k => $"{k} was {locked.GetValueOrDefault(k, "absent")}, is {inputs.GetValueOrDefault(k, "absent")}"));
            if (options.RefreshLock) return new CompileLock(inputs, null) { Stale = what };
            throw new CimException(ErrorCodes.LockMismatch,
                $"The lock file was made from other inputs: {what}. Undo the change, or compile with --force-evaluate to write the lock "
                    + $"anew.") { File = path };
        }

        return new CompileLock(inputs, file);
    }

    /// <summary>Writes the lock file, unless it says the same already: a checkout may be read-only.</summary>
    /// <param name="path">The file.</param>
    /// <param name="policy">The precisions.</param>
    /// <param name="result">What came out; null if nothing was compiled yet.</param>
    /// <exception cref="CimException">CIM0008: it would change and cannot be written.</exception>
    public void Write(string path, QuantizationPolicy policy, LockResult? result)
    {
        byte[] text = new LockFile(_inputs, policy, result).ToBytes();
        if (File.Exists(path) && File.ReadAllBytes(path).AsSpan().SequenceEqual(text)) return;
        Writable(path, () => AtomicFile.Write(path, stream => stream.Write(text)));
    }

    private static void Writable(string path, Action write)
    {
        try
        {
            write();
        }
        catch (CimException e) when (e.Code == ErrorCodes.FileNotWritable)
        {
            throw new CimException(e.Code, $"{e.Message} It is the lock file, which keeps what was chosen and what came out: compile once "
                + $"where it can be written and commit it, or name another with --lock.", e) { File = path };
        }
    }

    /// <summary>A hash of all that a measured policy depends on, so that a log of measurements is used for nothing else.</summary>
    public static string SearchKey(CompileOptions options)
    {
        string facts = string.Create(System.Globalization.CultureInfo.InvariantCulture,
            $"{CompilePipeline.SdkVersion} {InputHash.OfModel(options.ModelPath)}{DimensionsOf(options.Import)} "
                + $"{InputHash.OfData(options.Calibration!)} samples={options.SearchSamples} "
                + $"loss={options.MaxAccuracyLoss ?? CompileOptions.DefaultSearchLoss:R} range={options.Range} {options.Preprocessing}");
        return Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(facts)));
    }

    private static ImmutableSortedDictionary<string, string> InputsOf(CompileOptions options, HardwareProfile hardware)
    {
        var inputs = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        inputs["model"] = InputHash.OfModel(options.ModelPath);
        inputs["hardware"] = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(HardwareProfiles.ToJson(hardware)));
        if (options.Calibration is { } calibration) inputs["calibration"] = InputHash.OfData(calibration);
        if (options.Evaluation is { } evaluation) inputs["evaluation"] = InputHash.OfData(evaluation);
        if (options.Training is { } training)
            inputs["training"] = $"{InputHash.OfData(training)} "
                + $"epochs={(options.Epochs ?? FineTuningOptions.DefaultEpochs).ToString(System.Globalization.CultureInfo.InvariantCulture)}{TrainingOf(options)}";
        if (options.Validation is { } validation) inputs["validation"] = InputHash.OfData(validation);
        if (options.PolicyPath is { } policy) inputs["policy"] = FileHash.Of(policy);
        inputs["options"] = string.Create(System.Globalization.CultureInfo.InvariantCulture,
            $"search={options.Search} weightBits={options.WeightBits} activationBits={options.ActivationBits} "
                + $"objective={options.Objective} searchEvaluations={options.SearchEvaluations} "
                + $"maxArrays={options.MaxArrays?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "none"} "
                + $"maxAccuracyLoss={options.MaxAccuracyLoss?.ToString("R", System.Globalization.CultureInfo.InvariantCulture) ?? "none"} "
                + $"seed={options.Seed}{Added(options)} range={options.Range} calibrationSamples={options.CalibrationSamples} "
                + $"{options.Preprocessing}");
        if (options.Rounding != RoundingMethods.Auto) inputs["options"] += " rounding=" + options.Rounding;
        if (options.VariationAware)
            inputs["options"] += string.Create(
                System.Globalization.CultureInfo.InvariantCulture, $" variationAware={options.VariationConfidence:R}");
        return inputs.ToImmutable();
    }

    /// <summary>The sizes of named dimensions as text, sorted by name; empty without.</summary>
    public static string DimensionsOf(ImportOptions import) => import.Dimensions.IsEmpty ? ""
        : " dim=" + string.Join(',', import.Dimensions.OrderBy(d => d.Key, StringComparer.Ordinal)
            .Select(d => FormattableString.Invariant($"{d.Key}:{d.Value}")));

    /// <summary>How training differs from the default, as text: what is done to images, and the learning rate.</summary>
    public static string TrainingOf(CompileOptions options) =>
        (options.Augmentation == Augmentation.None
            ? ""
            : FormattableString.Invariant($" shift={options.Augmentation.Shift} flip={options.Augmentation.Flip}"))
        + (options.LearningRate is { } rate ? FormattableString.Invariant($" rate={rate:R}") : "");

    /// <summary>Options that came later are named only where they are used, so that older locks stay good.</summary>
    private static string Added(CompileOptions options) =>
        DimensionsOf(options.Import) + (options.AdcBits == 0 ? "" : $" adcBits={options.AdcBits}")
            + (options.CopiesWithin == 0 ? "" : $" copiesWithin={options.CopiesWithin}") + (
            options.KeepEnds ? " keepEnds" : "") + (options.SearchBinary ? " searchBinary" : "")
        + (options.SearchSamples == SearchData.MaxSamples ? "" : $" searchSamples={options.SearchSamples}")
        + (options.SearchTrainingSamples == ShortTraining.DefaultSamples
            ? ""
            : FormattableString.Invariant($" searchTrainingSamples={options.SearchTrainingSamples}"))
        + (options.Strips is { } strips
            ? FormattableString.Invariant($" strips={strips.Compression?.ToString("R", System.Globalization.CultureInfo.InvariantCulture) ?? "auto"} stripWidths={string.Join(',', strips.Widths)} stripUnit={strips.Unit}")
            : "")
        + (options.Merge is { } merge
            ? FormattableString.Invariant(
            $" merge={merge.Share?.ToString("R", System.Globalization.CultureInfo.InvariantCulture) ?? "auto"} mergeMethod={merge.Method}")
            : "");
}
