using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Compiler.Quantization;
using Cim.Runtime;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Lowering;

/// <summary>Biases that are integers of the accumulator already: the layer starts from them as they are.</summary>
internal static class ExactBias
{
    /// <summary>The integers of a bias dequantized at just the accumulator's scale, else null.</summary>
    /// <param name="topology">The graph.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="value">The bias.</param>
    /// <param name="weights">The layer's weights.</param>
    /// <param name="inputScale">Scale of its input.</param>
    public static ImmutableArray<int>? Of(GraphTopology topology, MvmLayer layer, string value, QuantizedWeights weights, float inputScale)
    {
        Graph graph = topology.Graph;
        if (weights.Requantized || topology.Producer(value) is not { Op: "DequantizeLinear" } node) return null;
        if (!graph.Constants.TryGetValue(node.Inputs[0], out Tensor? integers) || integers.Type != ElementType.Int32
            || integers.Length != layer.Outputs)
            return null;
        if (!graph.Constants.TryGetValue(node.Inputs[1], out Tensor? scale)) return null;
        if (layer.Op == "Gemm" && graph.Nodes.First(n => n.Name == layer.NodeName).Attributes.Float("beta", 1) != 1) return null;
        for (int c = 0; c < layer.Outputs; c++)
        {
            float expected = AccumulatorBias.Unit(inputScale, weights.Scales[c]);
            if (Math.Abs(scale.Span<float>()[scale.Length == 1 ? 0 : c] - expected) > 1e-5f * expected) return null;
        }

        return [.. integers.Span<int>()];
    }
}
