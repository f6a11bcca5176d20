using Cim.Onnx.Building;
using Cim.Training.Differentiation;

namespace Cim.Training.Operators.Windows;

/// <summary>Interpolation is linear in its input, one matrix an axis: dx is dy times each matrix from the other side. The matrix of an axis
/// is the operator applied to the identity.</summary>
internal sealed class ResizeGradient : IGradientRule
{
    public IReadOnlyList<string> OperatorTypes { get; } = ["Resize"];

    public void Differentiate(GradientContext context)
    {
        long[] from = context.InputShape(0), to = context.OutputShape();
        string mode = Attributes.GetString(context.Node, "mode", "nearest"), where = Attributes.GetString(
            context.Node, "coordinate_transformation_mode", "half_pixel");
        if (where == "tf_crop_and_resize" || (Attributes.GetInt(context.Node, "antialias", 0) != 0))
            throw context.Unsupported("crops and smoothing have no rule");
        string dx = context.OutputGradient;
        for (int axis = 0; axis < from.Length; axis++)
        {
            if (from[axis] == to[axis]) continue;
            // [from, to]: row i is what element i adds to each output.
            string matrix = context.Builder.Op("Transpose", [Interpolation(context, axis)], Attributes.Ints("perm", [1, 0]));
            dx = Along(context, dx, matrix, axis, from.Length);
        }

        context.Add(0, dx);
    }

    /// <summary>The operator along one axis, on the identity.</summary>
    private static string Interpolation(GradientContext context, int axis)
    {
        long from = context.InputShape(0)[axis], to = context.OutputShape()[axis];
        double[] identity = new double[from * from];
        for (int i = 0; i < from; i++) identity[(i * (int)from) + i] = 1;
        GraphBuilder builder = context.Builder;
        string sized = builder.Op(
            "Resize",
            [builder.Constant(identity, [1, 1, from, from]), "", "", builder.Ints([1, 1, from, to])],
            [.. context.Node.Attribute.Where(a => a.Name is not ("axes" or "keep_aspect_ratio_policy"))]);
        return context.Reshape(sized, [from, to]);
    }

    private static string Along(GradientContext context, string value, string matrix, int axis, int rank)
    {
        if (axis == rank - 1) return context.Builder.Op("MatMul", value, matrix);
        long[] exchange = [.. Enumerable.Range(0, rank).Select(a => (long)(a == axis ? rank - 1 : a == rank - 1 ? axis : a))];
        return context.Transpose(context.Builder.Op("MatMul", context.Transpose(value, exchange), matrix), exchange);
    }
}
