using System.Collections.Immutable;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Agreement;
using Cim.Compiler.Ir;
using Cim.Compiler.Lowering;
using Cim.Compiler.Precision;
using Cim.Compiler.Reporting;
using Cim.Compiler.Variation;
using Cim.Runtime;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Hardware;
using Cim.Runtime.Mapping;

namespace Cim.Compiler.Pipeline;

/// <summary>Puts what the stages found into the report.</summary>
internal sealed class ReportBuilder(
    CompileOptions options, CompileInputs inputs, HardwareProfile hardware, Graph graph, LoweredModel lowered)
{
    public required QuantizationPolicy Policy { get; init; }

    public required Cost Cost { get; init; }

    public required Cost Baseline { get; init; }

    public required ImmutableArray<LayerError> Errors { get; init; }

    /// <summary>Null without labelled data.</summary>
    public required MeasuredAccuracy? Measured { get; init; }

    public required Accuracy? CompiledBaseline { get; init; }

    /// <summary>Share of conversions at the end of the ADC's range, by layer.</summary>
    public required ImmutableDictionary<string, double> Saturation { get; init; }

    /// <summary>Of variation-aware quantization.</summary>
    public ImmutableArray<LayerAlignment> Alignment { get; init; } = [];

    public static ImmutableArray<DiagnosticReport> Diagnostics(IEnumerable<CompileWarning> warnings) =>
        [.. warnings.Select(w => new DiagnosticReport(w.Code, "warning", w.Message))];

    public CompilationReport Build(IEnumerable<CompileWarning> warnings, double seconds) => new()
    {
        SdkVersion = CompilePipeline.SdkVersion,
        Model = new ModelReport(
            Path.GetFileNameWithoutExtension(options.ModelPath), Path.GetFileName(options.ModelPath), inputs.ModelSha256,
            graph.Constants.Values.Where(c => c.Type == ElementType.Float32).Sum(c => (long)c.Length),
            lowered.Layers.Sum(l => l.Layer.MacsPerImage),
            [.. graph.Inputs.Select(Tensor)], [.. graph.Outputs.Select(Tensor)]),
        Hardware = new HardwareReport
        {
            Name = hardware.Name,
            Rows = hardware.Rows,
            Columns = hardware.Columns,
            CellBits = hardware.CellBits,
            DacBits = hardware.DacBits,
            AdcBits = hardware.AdcBits,
            Encoding = Encoding(hardware.Encoding),
            AdcRange = Range(hardware.AdcRange),
        },
        Options = new OptionsReport(
            options.Search, options.Objective, options.MaxAccuracyLoss,
            options.Calibration is { } c ? Path.GetFileName(c) : null, inputs.CalibrationSamples, options.Seed),
        Evaluation = Measured is null ? null : new EvaluationReport(Path.GetFileName(options.Evaluation!), Measured.Exact.Samples),
        Fidelity = Measured?.Fidelity.ToString().ToLowerInvariant(),
        LossPoints = Measured?.LossPoints,
        Float = new VariantReport { Accuracies = Accuracies("float", Measured?.Float), WeightMemoryBits = 32 * Weights(_ => 1) },
        Baseline = new VariantReport
        {
            Accuracies = Accuracies("exact", CompiledBaseline),
            Cost = Of(Baseline),
            WeightMemoryBits = 8 * Weights(_ => 1),
        },
        Compiled = new VariantReport
        {
            Accuracies = [.. Accuracies("exact", Measured?.Exact), .. Accuracies("adc", Measured?.Adc), .. OfCells()],
            Cost = Of(Cost),
            WeightMemoryBits = lowered.Layers.Sum(WeightMemoryBits),
        },
        Layers = [.. lowered.Layers.Select(Layer)],
        Diagnostics = Diagnostics(warnings),
        Seconds = seconds,
    };

    private long Weights(Func<FusedLayer, int> bits) => lowered.Layers.Sum(l => l.Layer.WeightCount * bits(l));

    private ImmutableArray<StripShare>? Strips(FusedLayer fused)
    {
        int rows = fused.Layer.RowsPerGroup;
        ImmutableArray<WeightBlock> blocks = Blocks(fused);
        if (blocks.IsEmpty || Policy.Find(fused.Layer.NodeName)?.Strips is null) return null;
        StripShare[] kept = [.. blocks.GroupBy(b => b.WeightBits).OrderByDescending(g => g.Key)
            .Select(g => new StripShare(g.Key, g.Sum(b => (long)Outputs(b) * b.Mapping.RowsPlaced(rows))))];
        long pruned = fused.Layer.WeightCount - kept.Sum(s => s.Weights);
        return pruned > 0 ? [.. kept, new StripShare(0, pruned)] : [.. kept];
    }

    private ImmutableArray<WeightBlock> Blocks(FusedLayer fused) =>
        lowered.Program.Layers.FirstOrDefault(l => l.Name == fused.Layer.NodeName)?.Blocks ?? [];

    /// <summary>Strips a block serves.</summary>
    private static int Outputs(WeightBlock block) => block.Taps.Select(t => t.Output).Distinct().Count();

    /// <summary>A column that several strips share is kept once.</summary>
    private long WeightMemoryBits(FusedLayer fused) => Blocks(fused) is { IsEmpty: false } blocks
        ? blocks.Sum(b => (
            long)b.Columns * b.Mapping.RowsPlaced(fused.Layer.RowsPerGroup) * b.WeightBits) : fused.Layer.WeightCount * fused.Weights.Bits;

    private MergeReport? Merged(FusedLayer fused)
    {
        if (Policy.Find(fused.Layer.NodeName)?.Merge is null || Blocks(fused) is not { IsEmpty: false } blocks) return null;
        int ownCells = hardware.Encoding is WeightEncoding.Differential or WeightEncoding.DifferentialTwoSided ? 2 : 1,
            rows = fused.Layer.RowsPerGroup;
        return new MergeReport(
            blocks.Sum(b => (long)b.Columns * b.Mapping.ColumnsPerOutput * b.Mapping.RowsPlaced(rows)),
            blocks.Sum(b => (long)Outputs(b) * b.Mapping.SliceBits.Length * ownCells * b.Mapping.RowsPlaced(rows)));
    }

    private LayerReport Layer(FusedLayer fused)
    {
        MvmLayer layer = fused.Layer;
        LayerCost cost = Cost.Layers.First(l => l.Name == layer.NodeName);
        LayerError? error = Errors.FirstOrDefault(e => e.Name == layer.NodeName);
        ConvolutionGeometry? g = layer.Geometry;
        return new LayerReport
        {
            Name = layer.NodeName,
            Operator = layer.Op,
            InputShape = g is null ? [layer.PositionsPerImage, layer.RowsPerGroup] : [g.InputChannels, g.InputHeight, g.InputWidth],
            OutputShape = g is null ? [layer.PositionsPerImage, layer.Outputs] : [layer.Outputs, g.OutputHeight, g.OutputWidth],
            Kernel = g is null ? [] : [g.KernelHeight, g.KernelWidth],
            Groups = layer.Groups,
            Rows = layer.RowsPerGroup,
            Columns = layer.ColumnsPerGroup,
            Mvms = layer.PositionsPerImage,
            WeightBits = cost.WeightBits,
            Strips = Strips(fused),
            Merged = Merged(fused),
            ActivationBits = fused.InputParameters.Bits,
            AdcBits = cost.AdcBits,
            Arrays = cost.Arrays,
            Utilisation = cost.Utilisation,
            Cosine = error?.Cosine,
            RelativeL2Error = error?.RelativeL2,
            OwnRelativeL2Error = error?.OwnRelativeL2,
            AdcSaturation = Saturation.TryGetValue(layer.NodeName, out double saturation) ? saturation : null,
            Variation = Alignment.FirstOrDefault(a => a.Name == layer.NodeName) is { } a
                ? new VariationReport(a.OutputBits, a.Layout.SliceBits, a.Layout.RowsPerTile, a.IsAligned, a.Errors.Harmless, 1
                    - a.Errors.Wrong, 1 - a.Errors.BeyondOne) { ColumnGroups = a.Columns?.ToString() } : null,
            LatencyNs = cost.LatencyNs,
            EnergyPj = cost.Energy.TotalPj,
            AdcConversions = cost.Events.AdcConversions,
        };
    }

    private ImmutableArray<AccuracyReport> OfCells() =>
        Measured is { Fidelity: > Fidelity.Adc } m ? Accuracies(m.Fidelity.ToString().ToLowerInvariant(), m.Judged) : [];

    private static CostReport Of(Cost cost) => new(cost.LatencyNs, cost.EnergyPj, cost.AreaUm2, cost.Arrays);

    private static ImmutableArray<AccuracyReport> Accuracies(string fidelity, Accuracy? accuracy) =>
        accuracy is null ? [] : [new AccuracyReport(fidelity, accuracy.Correct, accuracy.Samples)];

    private TensorReport Tensor(string name) =>
        new(name, graph.Values[name].Type.ToString(), [.. graph.Values[name].Shape.Dims.Select(d => (long)d)]);

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
