using System.Collections.Immutable;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Ir;
using Cim.Compiler.Lowering;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Reporting;
using Cim.Runtime;
using Cim.Runtime.Hardware;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Stages.Reports;

/// <summary>Puts what the stages found into the report.</summary>
internal static class ReportBuilder
{
    /// <summary>The warnings as a report lists them.</summary>
    public static ImmutableArray<DiagnosticReport> Diagnostics(IEnumerable<CompileWarning> warnings) =>
        [.. warnings.Select(w => new DiagnosticReport(w.Code, "warning", w.Message))];

    /// <summary>The report of a compilation so far.</summary>
    public static CompilationReport Build(CompileState state, CompileContext context)
    {
        (CompileOptions options, MappedNetwork mapped, MeasuredAccuracy? measured) = (context.Options, state.Mapped!, state.Measured);
        ImmutableArray<FusedLayer> layers = mapped.Lowered.Layers;
        var memory = new WeightMemory(mapped);
        long weights = layers.Sum(l => l.Layer.WeightCount);
        return new CompilationReport
        {
            SdkVersion = SdkVersion.Current,
            Model = Model(state, context),
            Hardware = Of(context.Hardware),
            Options = new OptionsReport(
                options.Search, options.Objective, options.MaxAccuracyLoss,
                options.Calibration is { } c ? Path.GetFileName(c) : null,
                state.Calibration.IsSynthetic ? 0 : state.Calibration.Count, options.Seed),
            Evaluation = measured is null ? null : new EvaluationReport(Path.GetFileName(options.Evaluation!), measured.Exact.Samples),
            Fidelity = measured?.Fidelity.ToString().ToLowerInvariant(),
            LossPoints = measured?.LossPoints,
            Float = new VariantReport { Accuracies = Accuracies("float", measured?.Float), WeightMemoryBits = 32 * weights },
            Baseline = new VariantReport
            {
                Accuracies = Accuracies("exact", state.BaselineAccuracy),
                Cost = Of(mapped.Baseline),
                WeightMemoryBits = 8 * weights,
            },
            Compiled = new VariantReport
            {
                Accuracies = [.. Accuracies("exact", measured?.Exact), .. Accuracies("adc", measured?.Adc), .. OfCells(measured)],
                Cost = Of(mapped.Cost),
                WeightMemoryBits = layers.Sum(memory.Bits),
            },
            Layers = [.. layers.Select(l => LayerReports.Of(l, memory, state, context.Hardware))],
            Diagnostics = Diagnostics(context.Warnings),
            Seconds = context.Seconds,
        };
    }

    private static ModelReport Model(CompileState state, CompileContext context)
    {
        string path = context.Options.ModelPath;
        return new ModelReport(
            Path.GetFileNameWithoutExtension(path), Path.GetFileName(path), context.Sources.ModelSha256,
            state.Graph.Constants.Values.Where(c => c.Type == ElementType.Float32).Sum(c => (long)c.Length),
            state.Mapped!.Lowered.Layers.Sum(l => l.Layer.MacsPerImage),
            [.. state.Graph.Inputs.Select(Tensor)], [.. state.Graph.Outputs.Select(Tensor)]);

        TensorReport Tensor(string name) =>
            new(name, state.Graph.Values[name].Type.ToString(), [.. state.Graph.Values[name].Shape.Dims.Select(d => (long)d)]);
    }

    private static HardwareReport Of(HardwareProfile hardware) => new()
    {
        Name = hardware.Name,
        Rows = hardware.Rows,
        Columns = hardware.Columns,
        CellBits = hardware.CellBits,
        DacBits = hardware.DacBits,
        AdcBits = hardware.AdcBits,
        Encoding = Encoding(hardware.Encoding),
        AdcRange = Range(hardware.AdcRange),
    };

    private static ImmutableArray<AccuracyReport> OfCells(MeasuredAccuracy? measured) =>
        measured is { Fidelity: > Fidelity.Adc } m ? Accuracies(m.Fidelity.ToString().ToLowerInvariant(), m.Compiled) : [];

    private static CostReport Of(Cost cost) => new(cost.LatencyNs, cost.EnergyPj, cost.AreaUm2, cost.Arrays);

    private static ImmutableArray<AccuracyReport> Accuracies(string fidelity, Accuracy? accuracy) =>
        accuracy is null ? [] : [new AccuracyReport(fidelity, accuracy.Correct, accuracy.Samples)];

    private static string Encoding(WeightEncoding encoding) => encoding switch
    {
        WeightEncoding.Differential => "differential",
        WeightEncoding.DifferentialTwoSided => "differential-two-sided",
        WeightEncoding.Offset => "offset",
        WeightEncoding.TwosComplement => "twos-complement",
        _ => throw new ArgumentOutOfRangeException(nameof(encoding), encoding, null),
    };

    private static string Range(AdcRange range) => range.Policy == AdcRangePolicy.Fixed
        ? FormattableString.Invariant($"[{range.Low}, {range.High}]")
        : range.Policy.ToString().ToLowerInvariant();
}
