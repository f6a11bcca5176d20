using System.Collections.Immutable;
using Cim.Compiler.Calibration;
using Cim.Compiler.Ir;
using Cim.Compiler.Ort;
using Cim.Compiler.Precision;
using Cim.Runtime.Crossbar;

namespace Cim.Compiler.Quantization;

/// <summary>
/// Turns a float network into a quantized one with explicit QuantizeLinear/DequantizeLinear nodes: activation ranges from
/// calibration, then layer after layer the weights, each layer seeing what the quantized layers before it produce.
/// Layers the model already brings quantized keep their integers.
/// </summary>
/// <param name="options">The choices.</param>
/// <param name="knownRanges">Magnitudes of values known without data; used where the samples are random.</param>
internal sealed class PostTrainingQuantizer(QuantizerOptions options, ImmutableDictionary<string, double>? knownRanges = null)
{
    /// <summary>Numbers a staged run keeps in memory at once, at most (per network; 256 MiB).</summary>
    private const long MaxLiveElements = 1L << 26;

    private const int StagedBatch = 16, StagedSamples = 256;

    /// <param name="graph">The float network as imported.</param>
    /// <param name="input">Its input.</param>
    /// <param name="data">Calibration samples.</param>
    /// <param name="policy">Widths of each layer.</param>
    /// <param name="progress">One line per layer.</param>
    /// <param name="cancellation">Checked between runs.</param>
    public Graph Quantize(
        Graph graph, GraphInput input, CalibrationData data, QuantizationPolicy policy, IProgress<string>? progress,
        CancellationToken cancellation)
    {
        ImmutableArray<MvmLayer> layers = MvmLayers.Find(graph);
        ImmutableArray<ActivationGroup> groups = ActivationGroups.Find(graph, layers);
        progress?.Report($"calibrating {groups.Length} activation ranges on {data.Count} {(data.IsSynthetic ? "random " : "")}samples");
        Graph quantized = new InsertActivationQuantizers(Ranges(graph, input, data, policy, groups, cancellation)).Run(graph);
        GraphVerifier.Verify(quantized, nameof(InsertActivationQuantizers));

        ImmutableArray<MvmLayer> open = [.. layers.Where(l => l.WeightDequantize is null)];
        quantized = data.IsSynthetic
            ? new QuantizeLayerWeights(open.ToDictionary(l => l.NodeName, l => policy.Find(l.NodeName)?.SharedColumns is { } shared
                ? SharedColumnQuantizer.Quantize(l, shared, null)
                : WeightQuantizer.Nearest(l, Bits(policy, l), null, policy.Find(l.NodeName)?.Layout.WidthsWithin))).Run(quantized)
            : LayerByLayer(graph, quantized, input, data, policy, open, progress, cancellation);
        GraphVerifier.Verify(quantized, nameof(QuantizeLayerWeights));
        return quantized;
    }

    private static int Bits(QuantizationPolicy policy, MvmLayer layer) =>
        policy.Find(layer.NodeName)?.WeightBits ?? QuantizationPolicy.MaxBits;

    private ImmutableArray<(ActivationGroup, QuantizationParameters)> Ranges(
        Graph graph, GraphInput input, CalibrationData data, QuantizationPolicy policy, ImmutableArray<ActivationGroup> groups,
        CancellationToken cancellation)
    {
        var ranges = new ActivationRanges(graph, input, data, groups, options, cancellation, knownRanges);
        return
        [
            .. groups.Select((group, i) => (
                group, ranges.Parameters(i, group.Layers.Max(l => policy.Find(l)?.ActivationBits ?? QuantizationPolicy.MaxBits)))),
        ];
    }

    private Graph LayerByLayer(
        Graph reference, Graph quantized, GraphInput input, CalibrationData data, QuantizationPolicy policy,
        ImmutableArray<MvmLayer> layers, IProgress<string>? progress, CancellationToken cancellation)
    {
        int samples = SamplesThatFit(reference);
        using var float32 = new StagedExecutor(reference, input, data, StagedBatch, samples);
        using var staged = new StagedExecutor(quantized, input, data, StagedBatch, samples);
        for (int i = 0; i < layers.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            MvmLayer layer = layers[i];
            progress?.Report($"quantizing layer {i + 1} of {layers.Length}: {layer.NodeName}");
            string layerInput = quantized.Nodes.First(n => n.Name == layer.NodeName).Inputs[0];
            float32.Compute([layer.Output], cancellation);
            staged.Compute([layerInput], cancellation);
            int bits = Bits(policy, layer);
            StripWidths? strips = policy.Find(layer.NodeName)?.Layout.WidthsWithin;
            SharedColumns? shared = policy.Find(layer.NodeName)?.SharedColumns;
            bool compensate = shared is null && (strips is not null || bits <= options.ErrorCompensationBits)
                && layer.RowsPerGroup <= WeightQuantizer.MaxCovarianceRows;
            LayerStatistics? statistics = options.BiasCorrection || compensate
                ? LayerStatistics.Of(layer, LayerSamples.Gather(layer, staged, layerInput, float32), compensate) : null;
            LayerWeights weights = shared is not null ? SharedColumnQuantizer.Quantize(layer, shared, statistics)
                : compensate
                ? WeightQuantizer.Compensated(layer, bits, statistics!, strips)
                : WeightQuantizer.Nearest(layer, bits, statistics, strips);
            if (!options.BiasCorrection) weights = weights with { Bias = layer.Bias is { } b ? [.. b] : [.. new float[layer.Outputs]] };
            quantized = new QuantizeLayerWeights(
                new Dictionary<string, LayerWeights>(StringComparer.Ordinal) { [layer.NodeName] = weights }).Run(quantized);
            staged.Replace(quantized);
        }

        return quantized;
    }

    /// <summary>Samples of a staged run whose values fit into memory.</summary>
    internal static int SamplesThatFit(Graph graph)
    {
        long largest = 1;
        foreach (ValueInfo info in graph.Values.Values)
            if (info.Shape.IsSymbolic) largest = Math.Max(largest, info.Shape.Bind(1).Elements);
        if (!graph.HasSymbolicBatch)
            foreach (string value in graph.Nodes.SelectMany(n => n.Outputs).Where(o => o.Length > 0))
                largest = Math.Max(largest, graph.Values[value].Shape.Elements);
        // A few tensors live at once: the skip connections and the current one.
        return (int)Math.Clamp(MaxLiveElements / (4 * largest), 1, StagedSamples);
    }
}
