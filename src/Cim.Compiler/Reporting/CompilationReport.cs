using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Cim.Compiler.Reporting;

/// <summary>
/// Everything a compilation can say about its result: the document <c>report.json</c>, of which <c>report.html</c> is
/// the picture. Accuracies are fractions (0.913), times nanoseconds, energies picojoule, areas square micrometre.
/// Null means "not measured", never zero.
/// </summary>
internal sealed record CompilationReport
{
    /// <summary>Raised when a key changes its meaning or goes away; new keys do not raise it.</summary>
    public const int CurrentSchema = 1;

    public int Schema { get; init; } = CurrentSchema;

    /// <summary>Of the float network; null if there was no labelled data.</summary>
    public double? AccuracyFloat => Float.Accuracy("float") ?? StatedAccuracyFloat;

    /// <summary>Of the compiled network at <see cref="Fidelity"/>, or at the mildest fidelity measured.</summary>
    public double? AccuracyCompiled =>
        (Fidelity is { } fidelity ? Compiled.Accuracy(fidelity) : null) ?? Compiled.Accuracy("exact")
        ?? Compiled.Accuracies.FirstOrDefault()?.Accuracy ?? StatedAccuracyCompiled;

    /// <summary>What a compiled model states where the counts behind it are not known; null if they are.</summary>
    [JsonIgnore]
    public double? StatedAccuracyFloat { get; init; }

    /// <summary>The same of the compiled network.</summary>
    [JsonIgnore]
    public double? StatedAccuracyCompiled { get; init; }

    /// <summary>Of the compiled network. Stands before every other cost, so that a search for the first one finds the total.</summary>
    public CostReport? Cost => Compiled.Cost;

    public required string SdkVersion { get; init; }

    /// <summary>How far outputs are from the float network's, at the fidelity the result is used at; null without calibration
    /// samples.</summary>
    public AgreementReport? Agreement { get; init; }

    /// <summary>The fidelity the result is used and evaluated at: <c>exact</c>, <c>adc</c> ...; null if no accuracy was measured.</summary>
    public string? Fidelity { get; init; }

    /// <summary>Percentage points lost at <see cref="Fidelity"/> against the float network; null if no accuracy was measured.</summary>
    public double? LossPoints { get; init; }

    public required ModelReport Model { get; init; }

    public required HardwareReport Hardware { get; init; }

    /// <summary>What was asked for; null if that is not known.</summary>
    public OptionsReport? Options { get; init; }

    /// <summary>Null if the model was compiled without labelled data.</summary>
    public EvaluationReport? Evaluation { get; init; }

    /// <summary>The network as it came in. It has no cost: it runs on no arrays.</summary>
    public required VariantReport Float { get; init; }

    /// <summary>The same network with 8-bit weights and activations everywhere, on the same hardware.</summary>
    public required VariantReport Baseline { get; init; }

    /// <summary>What the compiler chose.</summary>
    public required VariantReport Compiled { get; init; }

    /// <summary>The compiled network on the whole chip; null for hardware that programs its arrays in each inference.</summary>
    public ScheduleReport? Schedule { get; init; }

    /// <summary>The operators of the network as imported.</summary>
    public ImmutableArray<NodeReport> Nodes { get; init; } = [];

    /// <summary>Everything a search measured; null without one.</summary>
    public SearchReport? Search { get; init; }

    /// <summary>What somebody needs to make the same compilation again.</summary>
    public RepeatReport? Repeat { get; init; }

    /// <summary>In execution order.</summary>
    public required ImmutableArray<LayerReport> Layers { get; init; }

    /// <summary>The layer of the largest error, by <see cref="LayerReport.RankingError"/>; null if no error was measured.</summary>
    public string? WorstLayer => Reporting.WorstLayer.Find(Layers)?.Name;

    /// <summary>Of all layers with shared columns; null if there is none.</summary>
    public MergeReport? Merged =>
        Layers.Where(l => l.Merged is not null).Select(l => l.Merged!)
        .Aggregate((MergeReport?)null, (sum, m) => new MergeReport((sum?.Cells ?? 0) + m.Cells, (sum?.CellsOwn ?? 0) + m.CellsOwn));

    /// <summary>Warnings of this compilation.</summary>
    public ImmutableArray<DiagnosticReport> Diagnostics { get; init; } = [];

    /// <summary>Wall-clock seconds of the compilation.</summary>
    public double Seconds { get; init; }
}

/// <summary>Compiled against float on samples without labels.</summary>
/// <param name="Fidelity">The fidelity of the compiled network.</param>
/// <param name="Samples">Samples compared.</param>
/// <param name="Cosine">Of all outputs together.</param>
/// <param name="RelativeL2">|difference| / |float|.</param>
/// <param name="TopAgreement">Share of the samples of the same class; null if outputs are no class scores.</param>
internal sealed record AgreementReport(string Fidelity, int Samples, double Cosine, double RelativeL2, double? TopAgreement);

/// <summary>The network as imported.</summary>
/// <param name="Name">The name of the generated class, or of the file.</param>
/// <param name="File">File name without directory, so that reports do not depend on where they were made.</param>
/// <param name="Sha256">Lower-case hexadecimal hash of the ONNX file.</param>
/// <param name="Parameters">Number of constants that are weights or biases.</param>
/// <param name="Macs">Multiply-accumulate operations of one inference on crossbars.</param>
internal sealed record ModelReport(
    string Name, string File, string Sha256, long Parameters, long Macs,
    ImmutableArray<TensorReport> Inputs, ImmutableArray<TensorReport> Outputs);

/// <summary>A named input or output; a symbolic batch dimension is -1.</summary>
internal sealed record TensorReport(string Name, string Type, ImmutableArray<long> Shape);

/// <summary>The hardware compiled for, as far as a reader of the report needs it.</summary>
internal sealed record HardwareReport
{
    public required string Name { get; init; }

    public required int Rows { get; init; }

    public required int Columns { get; init; }

    public required int CellBits { get; init; }

    public required int DacBits { get; init; }

    public required int AdcBits { get; init; }

    public required string Encoding { get; init; }

    /// <summary>The policy, or <c>[low, high]</c>.</summary>
    public required string AdcRange { get; init; }
}

/// <summary>What was asked for.</summary>
/// <param name="Search">uniform, exact, random or rl.</param>
/// <param name="Objective">latency, energy or arrays.</param>
/// <param name="MaxAccuracyLoss">The budget in percentage points, null if none was set.</param>
/// <param name="Calibration">File name of the calibration data, null if ranges were propagated without data.</param>
internal sealed record OptionsReport(
    string Search, string Objective, double? MaxAccuracyLoss, string? Calibration, int CalibrationSamples, ulong Seed);

/// <summary>The labelled data behind every accuracy of the report.</summary>
internal sealed record EvaluationReport(string File, int Samples);

/// <summary>One of the networks compared.</summary>
internal sealed record VariantReport
{
    /// <summary>Accuracy by fidelity (<c>float</c>, <c>exact</c>, <c>adc</c> ...), as far as measured.</summary>
    public ImmutableArray<AccuracyReport> Accuracies { get; init; } = [];

    /// <summary>Cost of one inference; null for the float network.</summary>
    public CostReport? Cost { get; init; }

    /// <summary>Bits all crossbar weights take: sum of weights times width.</summary>
    public long WeightMemoryBits { get; init; }

    /// <summary>The accuracy at a fidelity, or null.</summary>
    public double? Accuracy(string fidelity) =>
        Accuracies.FirstOrDefault(a => a.Fidelity == fidelity)?.Accuracy;
}

/// <summary>Correct answers at one fidelity.</summary>
internal sealed record AccuracyReport(string Fidelity, int Correct, int Samples)
{
    public double Accuracy => Samples == 0 ? 0 : (double)Correct / Samples;
}

/// <summary>Latency, energy, area and arrays of one inference.</summary>
internal sealed record CostReport(double LatencyNs, double EnergyPj, double AreaUm2, long Arrays);

/// <summary>A warning with its code.</summary>
/// <param name="Severity"><c>warning</c> or <c>info</c>.</param>
internal sealed record DiagnosticReport(string Code, string Severity, string Message);
