using System.Collections.Immutable;
using Cim.Runtime.Hardware;
using Cim.Runtime.Mapping;

namespace Cim.Compiler.Ir;

/// <summary>The layers of a graph that a hardware runs on arrays, in graph order.</summary>
internal static class LayerShapes
{
    /// <summary>
    /// Layers with constant weights; and products of two activations if the profile maps them
    /// (<see cref="HardwareProfile.MapsDynamicMatMul"/>).
    /// </summary>
    public static ImmutableArray<LayerShape> Of(Graph graph, HardwareProfile profile)
    {
        Dictionary<string, LayerShape> byNode = MvmLayers.Find(graph).ToDictionary(l => l.NodeName, Of, StringComparer.Ordinal);
        if (profile.MapsDynamicMatMul)
            foreach (DynamicMatMul m in MvmLayers.FindDynamic(graph))
                byNode.TryAdd(m.NodeName, new LayerShape(m.NodeName, 1, m.Rows, m.Columns, m.Positions, m.Repeat, IsDynamic: true));
        return [.. graph.Nodes.Where(n => byNode.ContainsKey(n.Name)).Select(n => byNode[n.Name])];
    }

    /// <summary>The shape of one layer with constant weights.</summary>
    public static LayerShape Of(MvmLayer layer) =>
        new(layer.NodeName, layer.Groups, layer.RowsPerGroup, layer.ColumnsPerGroup, (long)layer.PositionsPerImage * layer.Uses.Length)
        {
            KernelPositions = layer.Geometry is { } g ? g.KernelHeight * g.KernelWidth : 1,
        };
}
