using System.Collections.Immutable;
using Cim.Compiler.Evaluation.Candidates;
using Cim.Compiler.Ir;
using Cim.Runtime.Hardware;
using Cim.Runtime.Mapping;

namespace Cim.Compiler.Search.Space;

/// <summary>The layers a network puts on arrays, and which of them a search may choose for.</summary>
/// <param name="Shapes">All layers on arrays, in order.</param>
/// <param name="Searched">Those whose precision is searched.</param>
/// <param name="LayerOfShape">For each shape its index in <see cref="Searched"/>; -1 = it has a precision of its own.</param>
/// <param name="GroupOfShape">For each shape the index of its activation group; -1 as above.</param>
internal sealed record SearchLayers(
    ImmutableArray<LayerShape> Shapes, QuantizableLayers Searched, ImmutableArray<int> LayerOfShape, ImmutableArray<int> GroupOfShape)
{
    /// <summary>Those of a network on a hardware.</summary>
    public static SearchLayers Of(Graph graph, HardwareProfile hardware)
    {
        ImmutableArray<LayerShape> shapes = LayerShapes.Of(graph, hardware);
        QuantizableLayers searched = QuantizableLayers.Of(graph);
        ImmutableArray<int> layers = [.. shapes.Select(s => searched.Layers.ToList().FindIndex(l => l.NodeName == s.Name))];
        ImmutableArray<int> groups = [
            .. shapes.Select((s, i) => layers[i] < 0 ? -1 : searched.Groups.ToList().FindIndex(g => g.Layers.Contains(s.Name)))];
        return new SearchLayers(shapes, searched, layers, groups);
    }

    /// <summary>Layers of one activation group together, others alone.</summary>
    public ImmutableArray<ImmutableArray<int>> Together() =>
        [.. GroupOfShape.Select((g, s) => (g, s)).GroupBy(p => p.g < 0 ? -1 - p.s : p.g)
            .Select(g => g.Select(p => p.s).ToImmutableArray())];
}
