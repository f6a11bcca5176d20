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
    /// <summary>Of the network and the samples that were measured last: whoever quantizes one network at many widths measures
    /// once.</summary>
    private (Graph Graph, CalibrationData Data, ActivationRanges Ranges)? _measured;

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
                : WeightQuantizer.Nearest(
                    l, policy.WeightBitsOf(l.NodeName), null, policy.Find(l.NodeName)?.Layout.WidthsWithin))).Run(quantized)
            : new LayerwiseQuantizer(options, policy, progress).Run(graph, quantized, input, data, open, cancellation);
        GraphVerifier.Verify(quantized, nameof(QuantizeLayerWeights));
        return quantized;
    }

    private ImmutableArray<(ActivationGroup, QuantizationParameters)> Ranges(
        Graph graph, GraphInput input, CalibrationData data, QuantizationPolicy policy, ImmutableArray<ActivationGroup> groups,
        CancellationToken cancellation)
    {
        if (_measured is not { } measured || !ReferenceEquals(measured.Graph, graph) || !ReferenceEquals(measured.Data, data))
            _measured = measured = (graph, data, new ActivationRanges(graph, input, data, groups, options, cancellation, knownRanges));
        ActivationRanges ranges = measured.Ranges;
        return
        [
            .. groups.Select((group, i) => (
                group, ranges.Parameters(i, group.Layers.Max(l => policy.Find(l)?.ActivationBits ?? QuantizationPolicy.MaxBits)))),
        ];
    }
}
