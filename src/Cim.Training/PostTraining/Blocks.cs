using Cim.Onnx.Proto;
using Cim.Training.Networks;

namespace Cim.Training.PostTraining;

/// <summary>A part of a network with one value going in and one coming out.</summary>
/// <param name="Input">The value going in.</param>
/// <param name="Output">The value coming out.</param>
/// <param name="Nodes">The nodes between, by their first output, in order.</param>
internal sealed record Block(string Input, string Output, IReadOnlyList<string> Nodes);

/// <summary>
/// Cuts a network where a single value separates what is before from what is after: between the residual blocks of a ResNet,
/// between the layers of a plain network. Blocks without a matrix layer join the next, as do those that end at a value the network
/// they are compared with does not have (a sum before its bias).
/// </summary>
internal static class Blocks
{
    /// <param name="network">The network.</param>
    /// <param name="isMatrixLayer">Layers whose rounding is learned.</param>
    /// <param name="reference">The network blocks are compared with.</param>
    public static IReadOnlyList<Block> Of(TrainableNetwork network, Predicate<NodeProto> isMatrixLayer, TrainableNetwork reference)
    {
        GraphProto graph = network.Graph;
        Dictionary<string, int> lastReader = new(StringComparer.Ordinal) { [network.LogitsName] = int.MaxValue };
        for (int i = 0; i < graph.Node.Count; i++)
        {
            foreach (string input in graph.Node[i].Input)
                lastReader[input] = Math.Max(lastReader.GetValueOrDefault(input), i);
        }

        HashSet<string> known = [.. reference.Graph.Node.SelectMany(node => node.Output)];
        var blocks = new List<Block>();
        var nodes = new List<string>();
        HashSet<string> live = [network.InputName];
        string start = network.InputName;
        bool hasLayer = false;
        for (int i = 0; i < graph.Node.Count; i++)
        {
            NodeProto node = graph.Node[i];
            nodes.Add(node.Output[0]);
            hasLayer |= isMatrixLayer(node);
            live.UnionWith(node.Output.Where(lastReader.ContainsKey));
            live.RemoveWhere(value => lastReader[value] <= i);
            if (live.Count != 1 || !hasLayer || !known.Contains(live.Single()) || EndsBeforeActivation(graph, i, live.Single()))
                continue;
            blocks.Add(new Block(start, live.Single(), [.. nodes]));
            (start, hasLayer) = (live.Single(), false);
            nodes.Clear();
            if (start == network.LogitsName)
                break;
        }

        return blocks;
    }

    /// <summary>A block keeps the activation that follows it: its error is what the next block sees.</summary>
    private static bool EndsBeforeActivation(GraphProto graph, int at, string value) =>
        at + 1 < graph.Node.Count && graph.Node[at + 1].Input.Contains(value)
        && graph.Node[
            at + 1].OpType is "Relu" or "LeakyRelu" or "Clip" or "HardSwish" or "Sigmoid" or "Tanh" or "Gelu" or "MaxPool" or "AveragePool";
}
