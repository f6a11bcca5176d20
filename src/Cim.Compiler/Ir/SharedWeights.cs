using System.Collections.Immutable;
using System.Globalization;
using Cim.Runtime.Program;

namespace Cim.Compiler.Ir;

/// <summary>
/// Nodes that read the same weights and bias in the same way (the steps of a recurrent layer, the branches of a siamese network, tied
/// layers) are one layer: its weights lie on arrays once, and are used several times for each image.
/// </summary>
internal static class SharedWeights
{
    /// <summary>The layers with those of equal weights joined, in the order of their first nodes.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="nodes">One layer for each node, in graph order.</param>
    public static ImmutableArray<MvmLayer> Join(Graph graph, ImmutableArray<MvmLayer> nodes)
    {
        if (nodes.Select(l => l.WeightName).Distinct(StringComparer.Ordinal).Count() == nodes.Length) return nodes;
        Dictionary<string, Node> byName = graph.Nodes.ToDictionary(n => n.Name, StringComparer.Ordinal);
        var topology = new GraphTopology(graph);
        return [.. nodes.GroupBy(l => Key(topology, byName[l.NodeName], l)).Select(same =>
            same.First() with { Uses = [.. same.SelectMany(l => l.Uses)] })];
    }

    /// <summary>The layer of each node, the first and all others that use it.</summary>
    public static Dictionary<string, MvmLayer> ByNode(IEnumerable<MvmLayer> layers) =>
        layers.SelectMany(l => l.Uses.Select(u => (u.NodeName, Layer: l)))
            .ToDictionary(p => p.NodeName, p => p.Layer, StringComparer.Ordinal);

    /// <summary>What must be equal: with other sizes, or a given other scale of the input, the same weights are read in another
    /// way.</summary>
    private static (string, string, string, string, string) Key(GraphTopology topology, Node node, MvmLayer layer)
    {
        AttributeMap attributes = node.Attributes;
        string numbers = string.Create(CultureInfo.InvariantCulture,
            $"{layer.PositionsPerImage} {attributes.Int("transB", 0)} {attributes.Float("alpha", 1)} {attributes.Float("beta", 1)}");
        string scale = topology.Producer(layer.Input) is { Op: "DequantizeLinear" } dequantize
            ? QuantizerNodes.Read(topology.Graph, dequantize)?.ToString() ?? ""
            : "";
        return ($"{node.Op} {layer.Groups} {numbers}", node.Inputs[1], node.Inputs.Length > 2 ? node.Inputs[2] : "",
            layer.Geometry?.ToString() ?? "", scale);
    }
}
