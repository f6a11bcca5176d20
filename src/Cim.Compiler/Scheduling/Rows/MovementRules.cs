using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Runtime;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Scheduling.Rows;

/// <summary>Rows of operators that move rows: slices, splits, padding, resizing, blocks between depth and space.</summary>
internal static class MovementRules
{
    /// <summary>The rule of an operator; null if it is not known.</summary>
    public static RowNeeds? Of(Graph graph, Node node, int output, ValueRows rows, RowInput input)
    {
        if (input.Index != 0 || input.Rows.Axis != rows.Axis) return null;
        int own = rows.Count, count = input.Rows.Count;
        return node.Op switch
        {
            "Slice" => Sliced(graph, node, rows, input),
            "Split" => Split(graph, node, output, rows, input),
            "Pad" => Padded(graph, node, rows, input),
            "Resize" => Resized(node, own, count),
            "DepthToSpace" => RowNeeds.Of(own, count, r => (r / Block(node), r / Block(node))),
            "SpaceToDepth" => RowNeeds.Of(own, count, r => (r * Block(node), ((r + 1) * Block(node)) - 1)),
            _ => null,
        };
    }

    private static long Block(Node node) => node.Attributes.Int("blocksize", 1);

    private static RowNeeds? Sliced(Graph graph, Node node, ValueRows rows, RowInput input)
    {
        long[]? starts = Integers(graph, node, 1), axes = Integers(graph, node, 3), steps = Integers(graph, node, 4);
        if (starts is null || (node.Inputs.Length > 3 && node.Inputs[3].Length > 0 && axes is null)
            || (node.Inputs.Length > 4 && node.Inputs[4].Length > 0 && steps is null)) return null;
        axes ??= [.. Enumerable.Range(0, starts.Length).Select(i => (long)i)];
        int at = Array.FindIndex(axes, a => (a < 0 ? a + input.Shape.Rank : a) == rows.Axis);
        if (at < 0) return RowNeeds.Same(rows.Count, input.Rows.Count);
        long step = steps?[at] ?? 1, size = input.Rows.Count, start = starts[at] < 0 ? starts[at] + size : starts[at];
        start = Math.Clamp(start, 0, size - 1);
        return RowNeeds.Of(rows.Count, input.Rows.Count, r => (start + (r * step), start + (r * step)));
    }

    private static RowNeeds Split(Graph graph, Node node, int output, ValueRows rows, RowInput input)
    {
        long axis = node.Attributes.Int("axis", 0);
        if ((axis < 0 ? axis + input.Shape.Rank : axis) != rows.Axis) return RowNeeds.Same(rows.Count, input.Rows.Count);
        int before = node.Outputs.Take(output).Sum(o => o.Length == 0 ? 0 : graph.Values[o].Shape.Bind(1)[rows.Axis]);
        return RowNeeds.Of(rows.Count, input.Rows.Count, r => (before + r, before + r));
    }

    private static RowNeeds? Padded(Graph graph, Node node, ValueRows rows, RowInput input)
    {
        if (Integers(graph, node, 1) is not { } pads || (node.Inputs.Length > 3 && node.Inputs[3].Length > 0)) return null;
        // Reflected and repeated rows come from elsewhere.
        if (node.Attributes.String("mode", "constant") is not ("constant" or "edge")) return null;
        long begin = pads[rows.Axis];
        return RowNeeds.Of(rows.Count, input.Rows.Count, r => (r - begin, r - begin));
    }

    /// <summary>An interpolation reaches one row further on both sides than the nearest one, a cubic two.</summary>
    private static RowNeeds Resized(Node node, int rows, int inputRows)
    {
        double scale = (double)inputRows / rows;
        int reach = node.Attributes.String("mode", "nearest") switch { "nearest" => 0, "linear" => 1, _ => 2 };
        return RowNeeds.Of(rows, inputRows, r => reach == 0
            ? ((long)(r * scale), (long)(r * scale))
            : ((long)Math.Floor(((r + 0.5) * scale) - 0.5) - reach + 1, (long)Math.Floor(((r + 0.5) * scale) - 0.5) + reach));
    }

    private static long[]? Integers(Graph graph, Node node, int input) =>
        node.Inputs.Length > input && graph.Constants.TryGetValue(node.Inputs[input], out Tensor? tensor)
            ? TensorNumbers.Longs(tensor)
            : null;
}
