using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Runtime;

namespace Cim.Compiler.Import.Passes;

/// <summary>
/// Afterwards no node merely passes its input on (unless it computes a graph output from an input), and a chain of
/// reshapes, or of transpositions, is a single one.
/// </summary>
internal sealed class RemoveNoOps : IGraphPass
{
    public Graph Run(Graph graph)
    {
        var editor = new GraphEditor(graph);
        foreach (Node original in graph.Nodes)
        {
            if (editor.Find(original.Name) is not { } node) continue;
            if (PassesOn(node, editor) && editor.CanRedirect(node.Outputs[0], node.Inputs[0]))
            {
                editor.Remove(node);
                editor.Redirect(node.Outputs[0], node.Inputs[0]);
            }
            else if (node.Op == "Transpose" && editor.Producer(node.Inputs[0]) is { Op: "Transpose" } first)
            {
                MergeTransposes(editor, first, node);
            }
            else if (IsReshape(node) && editor.Producer(node.Inputs[0]) is { } before && IsReshape(before)
                && FixShapeInputs.TargetOf(editor.ShapeOf(node.Outputs[0])) is { } target)
            {
                editor.Replace(node, FixShapeInputs.Reshape(editor, node.Name, before.Inputs[0], node.Outputs[0], target));
            }
        }

        return editor.Build();
    }

    /// <summary>A transposition of a transposition is a single one, or nothing.</summary>
    private static void MergeTransposes(GraphEditor editor, Node first, Node second)
    {
        ImmutableArray<long> one = Permutation(editor, first), two = Permutation(editor, second);
        long[] both = [.. two.Select(p => one[(int)p])];
        string source = first.Inputs[0], result = second.Outputs[0];
        if (both.Select((p, i) => p == i).All(same => same) && editor.CanRedirect(result, source))
        {
            editor.Remove(second);
            editor.Redirect(result, source);
            return;
        }

        editor.Replace(second, second with { Inputs = [source], Attributes = second.Attributes.With("perm", both) });
    }

    private static ImmutableArray<long> Permutation(GraphEditor editor, Node transpose) =>
        transpose.Attributes.Ints("perm") is { IsDefault: false } perm ? perm
        : [.. Enumerable.Range(0, editor.ShapeOf(transpose.Inputs[0]).Rank).Reverse().Select(i => (long)i)];

    private static bool IsReshape(Node node) => node.Op is "Reshape" or "Flatten" or "Squeeze" or "Unsqueeze";

    private static bool PassesOn(Node node, GraphEditor editor)
    {
        if (node.Inputs.IsEmpty || editor.Constant(node.Inputs[0]) is not null) return false;
        ValueInfo input = editor.Info(node.Inputs[0]), output = editor.Info(node.Outputs[0]);
        if (input != output) return false;
        return node.Op switch
        {
            // Networks of float16 are computed in float32 throughout: a cast within one has nothing to round, one that is a result has.
            "Cast" => node.Attributes.Int(Runtime.Operators.Elementwise.Cast.NarrowAttribute, 0) is var narrow
                && (narrow == 0 || (Runtime.Operators.Elementwise.Cast.IsNarrowFloat(narrow) && !editor.IsOutput(node.Outputs[0]))),
            "Identity" or "Reshape" or "Flatten" or "Squeeze" or "Unsqueeze" or "Expand" => true,
            "Concat" or "Sum" or "Min" or "Max" or "Mean" => node.Inputs.Length == 1,
            "Transpose" => node.Attributes.Ints("perm") is { IsDefault: false } perm && perm.Select((p, i) => p == i).All(same => same),
            "Pad" => editor.Constant(node.Inputs[1]) is { Type: ElementType.Int64 } pads && !pads.Span<long>().ContainsAnyExcept(0L),
            "Slice" => node.Inputs.Length < 5 || node.Inputs[4].Length == 0
                || (editor.Constant(node.Inputs[4]) is { Type: ElementType.Int64 } steps && !steps.Span<long>().ContainsAnyExcept(1L)),
            _ => false,
        };
    }
}
