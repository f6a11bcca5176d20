using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Runtime;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Quantization;

/// <summary>
/// A value whose channels can be scaled in front of the matrix products that read it. Convolutions are left out: what they read flows as
/// integers from the layer before, and <see cref="CrossLayerEqualization"/> scales its channels there.
/// </summary>
/// <param name="Value">The value, behind which the channels are divided.</param>
/// <param name="Channels">How many there are, on the last axis.</param>
/// <param name="Layers">The layers that read it, directly or in another shape.</param>
internal sealed record ScalableInput(string Value, int Channels, ImmutableArray<MvmLayer> Layers)
{
    private const string NodeSuffix = "_scale_channels";

    /// <summary>How many channels were divided by <see cref="Scale"/> in front of each layer of a network; others are not in it.</summary>
    public static ImmutableDictionary<string, int> ScaledChannels(Graph graph)
    {
        var topology = new GraphTopology(graph);
        var scaled = ImmutableDictionary.CreateBuilder<string, int>(StringComparer.Ordinal);
        foreach (MvmLayer layer in MvmLayers.Find(graph))
        {
            Node? node = topology.Producer(layer.Input);
            while (node is not null && IsReshape(graph, node)) node = topology.Producer(node.Inputs[0]);
            if (node is { Op: "Mul" } && node.Name.EndsWith(NodeSuffix, StringComparison.Ordinal)
                && graph.Constants.TryGetValue(node.Inputs[1], out Tensor? factors)) scaled[layer.NodeName] = (int)factors.Length;
        }

        return scaled.ToImmutable();
    }

    /// <summary>All of a network, in graph order.</summary>
    public static ImmutableArray<ScalableInput> Find(Graph graph)
    {
        var topology = new GraphTopology(graph);
        ImmutableArray<MvmLayer> layers = MvmLayers.Find(graph);
        var nodes = graph.Nodes.ToDictionary(n => n.Name, StringComparer.Ordinal);
        var inputs = layers.Select(l => l.NodeName).ToHashSet(StringComparer.Ordinal);
        var found = new List<(string Value, List<MvmLayer> Layers)>();
        foreach (MvmLayer layer in layers)
        {
            // Constants that something else reads, too, would change for it as well.
            if (layer.Geometry is not null || layer.WeightDequantize is not null || topology.Consumers(layer.WeightName).Count != 1
                || topology.IsOutput(layer.WeightName) || ActivationGroups.IsQuantized(topology, layer.Input)
                || graph.Constants.ContainsKey(layer.Input))
                continue;
            string value = layer.Input;
            while (topology.Producer(value) is { } node && IsReshape(graph, node) && LeadsToLayers(value)) value = node.Inputs[0];
            // What the samples of an input are decides whether it is unsigned or has a zero point; behind a multiplication it would have
            // neither, and lose a bit.
            if (graph.Inputs.Contains(value)) continue;
            int at = found.FindIndex(f => f.Value == value);
            if (at < 0) found.Add((value, [layer]));
            else found[at].Layers.Add(layer);
        }

        return [.. found.Select(f => new ScalableInput(f.Value, f.Layers[0].RowsPerGroup, [.. f.Layers]))];

        bool LeadsToLayers(string v) => !topology.IsOutput(v) && topology.Consumers(v).All(c =>
            c.Inputs[0] == v && c.Inputs.Count(i => i == v) == 1
            && (inputs.Contains(c.Name) || (IsReshape(graph, c) && LeadsToLayers(c.Outputs[0]))));
    }

    /// <summary>True for an operator behind which the last axis is what it was.</summary>
    private static bool IsReshape(Graph graph, Node node)
    {
        if (node.Op is not ("Reshape" or "Flatten" or "Squeeze" or "Unsqueeze" or "Identity")) return false;
        Shape before = graph.Values[node.Inputs[0]].Shape, after = graph.Values[node.Outputs[0]].Shape;
        return before.Rank > 0 && after.Rank > 0 && before[before.Rank - 1] == after[after.Rank - 1]
            && graph.Values[node.Inputs[0]].Type == ElementType.Float32;
    }

    /// <summary>The network with the channels divided here and the weights multiplied by the same: it computes the same function.</summary>
    /// <param name="graph">The network.</param>
    /// <param name="divisors">One a channel.</param>
    public Graph Scale(Graph graph, float[] divisors)
    {
        var edit = new GraphCopy(graph);
        ValueInfo info = graph.Values[Value];
        string factors = edit.Constant($"{Value}_channel_factors",
            Tensor.Create<float>(new Shape(Channels), [.. divisors.Select(d => 1 / d)]));
        var topology = new GraphTopology(graph);
        HashSet<string> readers = [.. Layers.SelectMany(l => Path(topology, l))];
        string? scaled = null;
        foreach (Node node in graph.Nodes)
        {
            edit.Nodes.Add(readers.Contains(node.Name) && node.Inputs[0] == Value
                ? node with { Inputs = node.Inputs.SetItem(0, scaled!) } : node);
            if (node.Outputs.Contains(Value)) Add();
        }

        Graph result = edit.ToGraph();
        return result with
        {
            Constants = result.Constants.SetItems(Layers.Select(l => KeyValuePair.Create(l.WeightName, Multiplied(graph, l, divisors)))),
        };

        void Add() => scaled = edit.Add("Mul", Value + NodeSuffix, [Value, factors], $"{Value}_scaled", info);
    }

    /// <summary>The nodes between the value and the layer, and the layer's.</summary>
    private IEnumerable<string> Path(GraphTopology topology, MvmLayer layer)
    {
        yield return layer.NodeName;
        for (string value = layer.Input; value != Value;)
        {
            Node node = topology.Producer(value)!;
            yield return node.Name;
            value = node.Inputs[0];
        }
    }

    private Tensor Multiplied(Graph graph, MvmLayer layer, float[] divisors)
    {
        Tensor tensor = graph.Constants[layer.WeightName];
        float[] values = tensor.Span<float>().ToArray();
        Node node = graph.Nodes.First(n => n.Name == layer.NodeName);
        bool outputsFirst = node.Op == "Gemm" && node.Attributes.Int("transB", 0) != 0;
        for (int i = 0; i < values.Length; i++) values[i] *= divisors[outputsFirst ? i % Channels : i / layer.Outputs];
        return Tensor.Create<float>(tensor.Shape, values);
    }
}
