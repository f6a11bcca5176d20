using Cim.Compiler.Ir;
using Cim.Compiler.Quantization;

namespace Cim.Compiler.Lowering;

/// <summary>
/// Afterwards no layer with quantized inputs and weights has a bias that the accumulator's integers cannot hold: it is added after the
/// layer (see <see cref="AccumulatorBias"/>). Rounding and training leave such a bias a real number; so do models that come quantized.
/// </summary>
internal sealed class SplitLargeBiases : IGraphPass
{
    public Graph Run(Graph graph)
    {
        var topology = new GraphTopology(graph);
        var copy = new GraphCopy(graph);
        Dictionary<string, MvmLayer> layers = SharedWeights.ByNode(MvmLayers.Find(graph).Where(l => l.BiasName is not null));
        bool changed = false;
        foreach (Node node in graph.Nodes)
        {
            if (!layers.TryGetValue(node.Name, out MvmLayer? layer) || layer.Bias is not { } bias || Fits(graph, topology, layer, bias))
            {
                copy.Nodes.Add(node);
                continue;
            }

            copy.Nodes.AddRange(
                AccumulatorBias.AddedAfter(copy, node with { Inputs = node.Inputs[..2] }, bias, graph.Values[node.Outputs[0]]));
            changed = true;
        }

        return changed ? copy.ToGraph() : graph;
    }

    private static bool Fits(Graph graph, GraphTopology topology, MvmLayer layer, float[] bias)
    {
        if (topology.Producer(layer.Input) is not { Op: "DequantizeLinear" } dequantize
            || QuantizerNodes.Read(graph, dequantize) is not { } input
            || QuantizedWeights.Read(graph, layer) is not { } weights) return true;
        Node node = graph.Nodes.First(n => n.Name == layer.NodeName);
        return AccumulatorBias.FitsAll(bias, input.Scale, weights.Scales.AsSpan())
            || ExactBias.Of(topology, layer, node.Inputs[2], weights, input.Scale) is not null;
    }
}
