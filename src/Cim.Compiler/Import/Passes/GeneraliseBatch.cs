using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Runtime;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Passes;

/// <summary>
/// Afterwards a model exported for one image (or a fixed number) takes any number of them, if it provably treats images apart: every value
/// keeps the images outermost in memory and no operator mixes along that axis (<see cref="BatchRules"/>). Otherwise the
/// graph is unchanged.
/// </summary>
internal sealed class GeneraliseBatch : IGraphPass
{
    public Graph Run(Graph graph)
    {
        if (graph.HasSymbolicBatch || graph.Inputs.IsEmpty) return graph;
        if (graph.Inputs.Any(i => graph.Values[i].Shape.Rank < 2)) return graph;
        int images = graph.Values[graph.Inputs[0]].Shape[0];
        if (images == 0 || graph.Inputs.Any(i => graph.Values[i].Shape[0] != images)) return graph;

        var perImage = new HashSet<string>(graph.Inputs, StringComparer.Ordinal);
        var editor = new GraphEditor(graph);
        foreach (Node node in graph.Nodes)
        {
            if (!node.Inputs.Any(perImage.Contains)) continue;
            if (!BatchRules.KeepsImagesApart(graph, node, perImage)) return graph;
            perImage.UnionWith(node.Outputs.Where(o => o.Length > 0));
            if (node.Op == "Concat") RepeatConstants(editor, node, perImage);
            if (node.Op is not ("Reshape" or "Flatten")) continue;

            // The leading dimension follows the batch; the others stay.
            Shape output = graph.Values[node.Outputs[0]].Shape;
            editor.Replace(node, FixShapeInputs.Reshape(
                editor, node.Name, node.Inputs[0], node.Outputs[0], [-1, .. output.Dims.Skip(1).Select(d => (long)d)]));
        }

        if (!graph.Outputs.All(perImage.Contains)) return graph;
        return WithSymbolicBatch(graph, editor.Build(), images);
    }

    /// <summary>Constant parts of a concatenation get as many images as the computed ones have.</summary>
    private static void RepeatConstants(GraphEditor editor, Node node, HashSet<string> perImage)
    {
        if (node.Inputs.All(perImage.Contains)) return;
        string batch = editor.FreshValue(node.Name + "_batch");
        var added = new List<Node>
        {
            new("Shape", editor.FreshNode(node.Name + "_batch"), [node.Inputs.First(perImage.Contains)], [batch],
                AttributeMap.Empty.With("start", 0).With("end", 1)),
        };
        ImmutableArray<string> inputs = node.Inputs;
        for (int i = 0; i < inputs.Length; i++)
        {
            if (perImage.Contains(inputs[i])) continue;
            long[] rest = [.. editor.ShapeOf(inputs[i]).Dims.Skip(1).Select(d => (long)d)];
            string name = $"{node.Name}_part{i}", target = editor.FreshValue(name + "_target"), repeated = editor.FreshValue(name);
            added.Add(new Node("Concat", editor.FreshNode(name + "_target"),
                [batch, editor.AddConstant(name + "_rest", Tensor.Create<long>(new Shape(rest.Length), rest))], [target],
                AttributeMap.Empty.With("axis", 0)));
            added.Add(new Node("Expand", editor.FreshNode(name), [inputs[i], target], [repeated], AttributeMap.Empty));
            inputs = inputs.SetItem(i, repeated);
        }

        editor.Replace(node, [.. added, node with { Inputs = inputs }]);
    }

    private static Graph WithSymbolicBatch(Graph original, Graph rewritten, int images)
    {
        ImmutableDictionary<string, ValueInfo> values = rewritten.Values;
        foreach (string input in original.Inputs)
            values = values.SetItem(input, values[input] with { Shape = new Shape([-1, .. values[input].Shape.Dims.Skip(1)]) });
        try
        {
            Graph result = ShapeInference.Infer(rewritten with { Values = values });
            return result.Outputs.All(o => IsGeneralised(original.Values[o].Shape, result.Values[o].Shape, images)) ? result : original;
        }
        catch (CimException e) when (e.Code == ErrorCodes.InvalidGraph)
        {
            return original; // some size was written for one image after all
        }
    }

    private static bool IsGeneralised(Shape fixedBatch, Shape many, int images) =>
        fixedBatch.Rank == many.Rank && many.Rank > 0 && (long)many[0] * images == -fixedBatch[0]
            && fixedBatch.Dims.AsSpan()[1..].SequenceEqual(many.Dims.AsSpan()[1..]);
}
