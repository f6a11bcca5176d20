using Cim.Compiler.Ir;
using Cim.Runtime;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Scheduling.Rows;

/// <summary>What is known of an input when the rows of an operator are found.</summary>
/// <param name="Index">Its position among the inputs.</param>
/// <param name="Rows">Its rows.</param>
/// <param name="Shape">Its shape.</param>
internal readonly record struct RowInput(int Index, ValueRows Rows, Shape Shape);

/// <summary>
/// Which rows of its inputs an operator needs for each row of an output. Operators that have no rule need their whole inputs: a
/// schedule then waits longer than it must, never too short.
/// </summary>
/// <param name="graph">The network.</param>
internal sealed class RowRules(Graph graph)
{
    /// <summary>The rows of an output.</summary>
    /// <param name="node">The operator.</param>
    /// <param name="output">Which of its outputs.</param>
    /// <param name="main">The computed input that the output's rows follow.</param>
    public ValueRows Rows(Node node, int output, RowInput main)
    {
        Shape shape = ShapeOf(node.Outputs[output]);
        int axis = node.Op switch
        {
            "Conv" or "MaxPool" or "AveragePool" or "LpPool" => 2,
            "Transpose" when main.Rows.Axis >= 0 => Permutation(node, main.Shape.Rank).IndexOf(main.Rows.Axis),
            "Reshape" or "Flatten" or "Squeeze" or "Unsqueeze" or "Gather" or "ReduceMean" or "ReduceSum" or "ReduceMax" or "ReduceMin"
                or "ReduceL2" or "GlobalAveragePool" or "GlobalMaxPool" or "ArgMax" => SameOuter(main, shape),
            "MatMul" or "Gemm" => main.Rows.Axis < 0 ? -1
                : main.Rows.Axis - main.Shape.Rank + shape.Rank is var a && a >= 0 && a < shape.Rank - 1 ? a : -1,
            _ when main.Rows.Axis >= 0 && main.Shape.Rank == shape.Rank => main.Rows.Axis,
            _ when main.Rows.Axis >= 0 && shape.Rank > main.Shape.Rank => main.Rows.Axis + shape.Rank - main.Shape.Rank,
            _ => -1,
        };
        return axis >= 0 && axis < shape.Rank ? ValueRows.Along(axis, shape) : ValueRows.Of(shape);
    }

    /// <summary>The rows of an input that the rows of an output need.</summary>
    public RowNeeds Needs(Node node, int output, ValueRows rows, RowInput input)
    {
        int own = rows.Count, count = input.Rows.Count;
        if (input.Rows.Axis < 0 || rows.Axis < 0) return RowNeeds.All(own, count);
        Shape shape = ShapeOf(node.Outputs[output]);
        return node.Op switch
        {
            // The third input of a layer is the residual that a compiled step adds.
            "Conv" or "Gemm" when input.Index > 1 => Aligned(rows, shape, input),
            "Conv" or "MaxPool" or "AveragePool" or "LpPool" => WindowRules.Of(graph, node, rows, input) ?? RowNeeds.All(own, count),
            "Transpose" => Permutation(node, input.Shape.Rank).IndexOf(input.Rows.Axis) == rows.Axis
                ? RowNeeds.Same(own, count) : RowNeeds.All(own, count),
            "Reshape" or "Flatten" or "Squeeze" or "Unsqueeze" => Reshaped(rows, shape, input),
            "Concat" => Axis(node, shape.Rank) == rows.Axis ? Joined(node, rows, input) : Aligned(rows, shape, input),
            "Slice" or "Split" or "Pad" or "Resize" or "DepthToSpace" or "SpaceToDepth" =>
                MovementRules.Of(graph, node, output, rows, input) ?? RowNeeds.All(own, count),
            "Gather" => input.Index == 0 && GatherAxis(node, input) != input.Rows.Axis && SameOuter(input, shape) == rows.Axis
                ? RowNeeds.Same(own, count) : RowNeeds.All(own, count),
            "MatMul" or "Gemm" => input.Index == 0 && input.Rows.Axis - input.Shape.Rank + shape.Rank == rows.Axis
                && input.Rows.Axis < input.Shape.Rank - 1 ? RowNeeds.Same(own, count) : RowNeeds.All(own, count),
            "Softmax" or "LogSoftmax" => Axis(node, shape.Rank) == input.Rows.Axis ? RowNeeds.All(own, count) : Aligned(rows, shape, input),
            "LayerNormalization" => input.Rows.Axis >= Axis(node, shape.Rank) ? RowNeeds.All(own, count) : Aligned(rows, shape, input),
            "ReduceMean" or "ReduceSum" or "ReduceMax" or "ReduceMin" or "ReduceL2" or "ArgMax" =>
                own == count && SameOuter(input, shape) == rows.Axis ? RowNeeds.Same(own, count) : RowNeeds.All(own, count),
            _ when ElementwiseOperators.Contains(node.Op) => Aligned(rows, shape, input),
            _ => RowNeeds.All(own, count),
        };
    }

    private Shape ShapeOf(string value) => graph.Values[value].Shape.Bind(1);

    /// <summary>Row r needs row r where both run along the same axis, counted from the right as broadcasting does.</summary>
    private static RowNeeds Aligned(ValueRows rows, Shape shape, RowInput input)
    {
        int fromRight = shape.Rank - rows.Axis, at = input.Shape.Rank - fromRight;
        if (at == input.Rows.Axis) return input.Rows.Count == rows.Count
            ? RowNeeds.Same(rows.Count, rows.Count)
            : RowNeeds.All(rows.Count, input.Rows.Count);
        return RowNeeds.All(rows.Count, input.Rows.Count);
    }

    /// <summary>Elements keep their order: a row needs the rows that hold them, if what lies outside the rows is equally large.</summary>
    private static RowNeeds Reshaped(ValueRows rows, Shape shape, RowInput input)
    {
        if (SameOuter(input, shape) != rows.Axis) return RowNeeds.All(rows.Count, input.Rows.Count);
        long inner = Inner(input.Shape, input.Rows.Axis), outer = Inner(shape, rows.Axis);
        return RowNeeds.Of(rows.Count, input.Rows.Count, r => (r * outer / inner, (((r + 1) * outer) - 1) / inner));
    }

    /// <summary>The axis of a shape that has as many elements before it as the rows of an input have, and is no 1; -1 if none.</summary>
    private static int SameOuter(RowInput input, Shape shape)
    {
        if (input.Rows.Axis < 0) return -1;
        long wanted = 1, found = 1;
        for (int i = 0; i < input.Rows.Axis; i++) wanted *= input.Shape[i];
        for (int i = 0; i < shape.Rank; i++)
        {
            if (found == wanted && shape[i] > 1) return i;
            found *= shape[i];
        }

        return -1;
    }

    private static long Inner(Shape shape, int axis)
    {
        long elements = 1;
        for (int i = axis + 1; i < shape.Rank; i++) elements *= shape[i];
        return elements;
    }

    private RowNeeds Joined(Node node, ValueRows rows, RowInput input)
    {
        int before = node.Inputs.Take(input.Index).Sum(name => ShapeOf(name)[rows.Axis]);
        return input.Rows.Axis != rows.Axis ? RowNeeds.All(rows.Count, input.Rows.Count)
            : RowNeeds.Of(rows.Count, input.Rows.Count, r => (r - before, r - before));
    }

    private static int Axis(Node node, int rank)
    {
        long axis = node.Attributes.Int("axis", -1);
        return (int)(axis < 0 ? axis + rank : axis);
    }

    private static int GatherAxis(Node node, RowInput input)
    {
        long axis = node.Attributes.Int("axis", 0);
        return (int)(axis < 0 ? axis + input.Shape.Rank : axis);
    }

    private static List<int> Permutation(Node node, int rank)
    {
        var perm = node.Attributes.Ints("perm");
        return perm.IsDefaultOrEmpty ? [.. Enumerable.Range(0, rank).Reverse()] : [.. perm.Select(p => (int)p)];
    }
}
