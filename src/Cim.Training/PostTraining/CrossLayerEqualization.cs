using Cim.Onnx.Building;
using Cim.Onnx.Proto;
using Cim.Training.Networks;

namespace Cim.Training.PostTraining;

/// <summary>
/// Cross-layer equalization (Nagel et al., arXiv 1906.04721, section 4.1): where a layer's outputs pass through Relu alone
/// into one other layer, each channel is divided by s before and multiplied by s after, s = sqrt(r1 r2) / r2 with r the largest
/// weight of the channel, which leaves the function as it was and the ranges alike.
/// </summary>
public static class CrossLayerEqualization
{
    private const int Rounds = 5;

    /// <summary>Changes weights and biases of a network without normalizations in place.</summary>
    /// <returns>Number of layer pairs equalized.</returns>
    public static int Apply(TrainableNetwork network)
    {
        ArgumentNullException.ThrowIfNull(network);
        List<(NodeProto First, NodeProto Second)> pairs = [.. Pairs(network)];
        for (int round = 0; round < Rounds; round++)
        {
            foreach ((NodeProto first, NodeProto second) in pairs)
                Equalize(network, first, second);
        }

        return pairs.Count;
    }

    private static IEnumerable<(NodeProto First, NodeProto Second)> Pairs(TrainableNetwork network)
    {
        GraphProto graph = network.Graph;
        foreach (NodeProto first in graph.Node.Where(node => IsLayer(network, node)))
        {
            NodeProto? next = OnlyReader(graph, first.Output[0]);
            if (next?.OpType == "Relu")
                next = OnlyReader(graph, next.Output[0]);
            if (next is not null && IsLayer(network, next) && Outputs(network, first) == InputChannels(network, next))
                yield return (first, next);
        }
    }

    private static void Equalize(TrainableNetwork network, NodeProto first, NodeProto second)
    {
        Parameter weights1 = network[first.Input[1]];
        Parameter weights2 = network[second.Input[1]];
        MatrixLayout layout1 = MatrixLayout.Of(first, weights1);
        MatrixLayout layout2 = MatrixLayout.Of(second, weights2);
        Parameter? bias = first.Input.Count > 2 ? network.Find(first.Input[2]) : null;
        bool depthwise = second.OpType == "Conv" && Attributes.GetInt(second, "group", 1) > 1;
        for (int c = 0; c < layout1.Outputs; c++)
        {
            int[] from = [.. Enumerable.Range(0, layout1.Inputs).Select(i => layout1.Index(c, i))];
            int[] to = depthwise
                ? [.. Enumerable.Range(0, layout2.Inputs).Select(i => layout2.Index(c, i))]
                : [.. Enumerable.Range(0, layout2.Outputs).SelectMany(o =>
                    Enumerable.Range(c * layout2.Strip, layout2.Strip).Select(i => layout2.Index(o, i)))];
            float range1 = from.Max(index => Math.Abs(weights1.Values[index]));
            float range2 = to.Max(index => Math.Abs(weights2.Values[index]));
            if (range1 <= 0 || range2 <= 0)
                continue;
            float s = MathF.Sqrt(range1 * range2) / range2;
            foreach (int index in from)
                weights1.Values[index] /= s;
            if (bias is not null)
                bias.Values[c] /= s;
            foreach (int index in to)
                weights2.Values[index] *= s;
        }
    }

    private static bool IsLayer(TrainableNetwork network, NodeProto node) =>
        node.OpType is "Conv" or "Gemm" && network.Find(node.Input[1]) is not null && (OnGroups(network, node) is 1 or 0);

    /// <summary>1 = one group; 0 = depthwise with one output per channel; else the number of groups, which is left alone.</summary>
    private static long OnGroups(TrainableNetwork network, NodeProto node)
    {
        long group = Attributes.GetInt(node, "group", 1);
        return group > 1 && group == network[node.Input[1]].Dims[0] ? 0 : group;
    }

    private static int Outputs(TrainableNetwork network, NodeProto node) => MatrixLayout.Of(node, network[node.Input[1]]).Outputs;

    private static int InputChannels(TrainableNetwork network, NodeProto node)
    {
        MatrixLayout layout = MatrixLayout.Of(node, network[node.Input[1]]);
        return OnGroups(network, node) == 0 ? layout.Outputs : layout.Inputs / layout.Strip;
    }

    private static NodeProto? OnlyReader(GraphProto graph, string value)
    {
        NodeProto[] readers = [.. graph.Node.Where(node => node.Input.Contains(value))];
        return readers.Length == 1 && graph.Output.All(output => output.Name != value) ? readers[0] : null;
    }
}
