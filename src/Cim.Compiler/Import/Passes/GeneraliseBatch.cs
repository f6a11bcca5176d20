using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Runtime;

namespace Cim.Compiler.Import.Passes;

/// <summary>
/// Afterwards a model exported for one image takes any number of them, if it provably treats images apart: every value
/// keeps the images outermost in memory and no operator mixes along that axis (<see cref="BatchRules"/>). Otherwise the
/// graph is unchanged.
/// </summary>
internal sealed class GeneraliseBatch : IGraphPass
{
    public Graph Run(Graph graph)
    {
        if (graph.HasSymbolicBatch || graph.Inputs.IsEmpty) return graph;
        if (graph.Inputs.Any(i => graph.Values[i].Shape is var s && (s.Rank < 2 || s[0] != 1))) return graph;

        var perImage = new HashSet<string>(graph.Inputs, StringComparer.Ordinal);
        var editor = new GraphEditor(graph);
        foreach (Node node in graph.Nodes)
        {
            if (!node.Inputs.Any(perImage.Contains)) continue;
            if (!BatchRules.KeepsImagesApart(graph, node, perImage)) return graph;
            perImage.UnionWith(node.Outputs.Where(o => o.Length > 0));
            if (node.Op is not ("Reshape" or "Flatten")) continue;

            // The leading dimension follows the batch; the others stay.
            Shape output = graph.Values[node.Outputs[0]].Shape;
            editor.Replace(node, FixShapeInputs.Reshape(editor, node.Name, node.Inputs[0], node.Outputs[0], [-1, .. output.Dims.Skip(1).Select(d => (long)d)]));
        }

        if (!graph.Outputs.All(perImage.Contains)) return graph;
        return WithSymbolicBatch(graph, editor.Build());
    }

    private static Graph WithSymbolicBatch(Graph original, Graph rewritten)
    {
        ImmutableDictionary<string, ValueInfo> values = rewritten.Values;
        foreach (string input in original.Inputs)
            values = values.SetItem(input, values[input] with { Shape = new Shape([-1, .. values[input].Shape.Dims.Skip(1)]) });
        try
        {
            Graph result = ShapeInference.Infer(rewritten with { Values = values });
            return result.Outputs.All(o => IsGeneralised(original.Values[o].Shape, result.Values[o].Shape)) ? result : original;
        }
        catch (CimException e) when (e.Code == ErrorCodes.InvalidGraph)
        {
            return original; // some size was written for one image after all
        }
    }

    private static bool IsGeneralised(Shape one, Shape many) =>
        one.Rank == many.Rank && one.Rank > 0 && many[0] == -one[0] && one.Dims.AsSpan()[1..].SequenceEqual(many.Dims.AsSpan()[1..]);
}
