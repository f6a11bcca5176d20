using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Compiler.Quantization;

namespace Cim.Compiler.Evaluation.Candidates;

/// <summary>The layers of a network whose precision can be chosen, and the activations they read.</summary>
/// <param name="Layers">The layers, in order.</param>
/// <param name="Groups">Layers that read the same tensor, and so have to agree on its width.</param>
internal sealed record QuantizableLayers(ImmutableArray<MvmLayer> Layers, ImmutableArray<ActivationGroup> Groups)
{
    /// <summary>Those of a graph: layers the model brings quantized keep their precision, and so do products of activations.</summary>
    public static QuantizableLayers Of(Graph graph)
    {
        ImmutableArray<MvmLayer> all = MvmLayers.Find(graph);
        ImmutableArray<ActivationGroup> groups = ActivationGroups.Find(graph, all);
        HashSet<string> grouped = [.. groups.SelectMany(g => g.Layers)];
        return new QuantizableLayers([.. all.Where(l => l.WeightDequantize is null && grouped.Contains(l.NodeName))], groups);
    }
}
