using System.Collections.Immutable;
using Cim.Compiler.Export;
using Cim.Compiler.Ir;
using Cim.Compiler.Precision;
using Cim.Compiler.Quantization;
using Cim.Runtime.Crossbar;
using Cim.Training.Data;
using Cim.Training.Networks;
using Cim.Training.Quantization;

namespace Cim.Compiler.QuantizationAware;

/// <summary>
/// A network to be trained that is, before the first step, just the network rounding made: the same integers, the same
/// scales. So training never begins behind what a compilation without it gives.
/// </summary>
internal static class StartingPoint
{
    /// <summary>The trainable form of a quantized graph.</summary>
    /// <param name="start">The networks; strips that were rounded to zeros begin at the weights of the float one.</param>
    /// <param name="samples">For steps of tensors the graph does not quantize.</param>
    /// <param name="noise">Errors of weights to train with; null = none.</param>
    /// <param name="cancellation">Checked between runs.</param>
    public static QuantizedNetwork Of(
        TrainingStart start, SampleSet samples, HardwareNoise? noise, CancellationToken cancellation)
    {
        (Graph graph, Graph rounded, QuantizationPolicy policy) = start;
        Graph real = new RemoveQuantizers().Run(rounded);
        GraphVerifier.Verify(real, nameof(RemoveQuantizers));
        Dictionary<string, StripPrecision> strips = StripStart.Of(graph, rounded, policy);
        QuantizedNetwork network = WithRanges(real, rounded, policy, samples, noise, cancellation, strips);
        Dictionary<string, MvmLayer> layers = MvmLayers.Find(rounded).ToDictionary(l => l.NodeName, StringComparer.Ordinal);
        foreach (QuantizedLayer layer in network.Layers)
            if (layers.TryGetValue(layer.Name, out MvmLayer? source) && QuantizedWeights.Read(rounded, source) is { } weights
                && (layer.HasStrips || weights.Bits == layer.WeightBits))
                weights.Scales.AsSpan().CopyTo(layer.WeightStep.Values);
        Dictionary<string, MvmLayer> originals = MvmLayers.Find(graph).ToDictionary(l => l.NodeName, StringComparer.Ordinal);
        foreach (QuantizedLayer layer in network.Layers)
            if (layer.HasStrips && originals.TryGetValue(layer.Name, out MvmLayer? original))
                layer.MoveWithinIntegers(original.WeightMatrix.Span<float>());
        network.FitStepLimits();
        return network;
    }

    /// <summary>A network with the activation ranges of a quantized graph and weights of its own, rounded to the nearest.</summary>
    /// <param name="real">The network on real numbers.</param>
    /// <param name="rounded">The graph with explicit quantizers.</param>
    /// <param name="policy">The precision of each layer.</param>
    /// <param name="samples">For steps of tensors the graph does not quantize.</param>
    /// <param name="noise">Errors of weights to train with; null = none.</param>
    /// <param name="cancellation">Checked between runs.</param>
    /// <param name="strips">Strips of layers that have some; null = none has.</param>
    public static QuantizedNetwork WithRanges(
        Graph real, Graph rounded, QuantizationPolicy policy, SampleSet samples, HardwareNoise? noise, CancellationToken cancellation,
        IReadOnlyDictionary<string, StripPrecision>? strips = null)
    {
        Dictionary<string, QuantizationParameters> activations = [];
        foreach (Node node in rounded.Nodes.Where(n => n.Op == "QuantizeLinear"))
            if (QuantizerNodes.Read(rounded, node) is { } parameters
                && (parameters.ZeroPoint == 0 || (!parameters.Signed && parameters.ZeroPoint < parameters.Max)))
                activations[node.Inputs[0]] = parameters;
        var options = new QuantizationOptions
        {
            EdgeBits = 0,
            Noise = noise,
            Layers = policy.Layers.ToDictionary(l => l.Name,
                l =>
                    new LayerBits(l.SharedColumns is not null ? SharedColumnStart.LayerBits : l.WeightBits, l.ActivationBits),
                    StringComparer.Ordinal),
            Strips = strips ?? new Dictionary<string, StripPrecision>(),
            ZeroPoints = activations.Where(a => a.Value.ZeroPoint != 0)
                .ToDictionary(a => a.Key, a => a.Value.ZeroPoint, StringComparer.Ordinal),
            NonNegative = [.. activations.Where(a => !a.Value.Signed).Select(a => a.Key)],
        };
        QuantizedNetwork network = QuantizedNetwork.Create(
            TrainableNetwork.FromOnnx(OnnxExporter.Export(real)), samples, options, cancellation);
        foreach (QuantizedTensor tensor in network.Activations)
            if (activations.TryGetValue(tensor.Name, out QuantizationParameters? rounding) && rounding.Signed == tensor.IsSigned
                && rounding.Bits == tensor.Bits)
                tensor.Step.Values[0] = rounding.Scale;
        return network;
    }
}
