using Cim.Compiler.Ir;
using Cim.Compiler.Ort;
using Cim.Compiler.Precision;
using Cim.Compiler.Quantization;

namespace Cim.Compiler.Tests.Support;

/// <summary>Random networks, quantized after training on a few samples.</summary>
internal static class QuantizedNetworks
{
    /// <summary>The same bits in every layer, and 8 of activations.</summary>
    public static QuantizationPolicy Uniform(Graph graph, int weightBits, int activationBits = 8) =>
        QuantizationPolicy.Uniform(MvmLayers.Find(graph).Select(l => l.NodeName), weightBits, activationBits);

    public static Graph Quantize(Graph graph, QuantizationPolicy policy, int samples = 24)
    {
        GraphInput input = GraphInput.Of(graph);
        var data = new CalibrationData(RandomNetworks.Samples(samples, input.SampleElements, 7), samples, false);
        return new PostTrainingQuantizer(new QuantizerOptions()).Quantize(graph, input, data, policy, null, CancellationToken.None);
    }
}
