using Cim.Onnx.Building;
using Cim.Training.Differentiation;

namespace Cim.Training.Operators.Shapes;

/// <summary>The axes a reduction runs over, from the attribute (before opset 13 or 18) or the input.</summary>
internal static class ReducedAxes
{
    public static long[] Of(GradientContext context)
    {
        int rank = context.InputShape(0).Length;
        long[] axes = context.HasInput(1) ? context.ConstantInts(1) : Attributes.GetInts(context.Node, "axes", []);
        if (axes.Length > 0)
            return [.. axes.Select(axis => (long)GradientContext.Axis(axis, rank))];
        return Attributes.GetInt(context.Node, "noop_with_empty_axes", 0) != 0
            ? []
            : [.. Enumerable.Range(0, rank).Select(axis => (long)axis)];
    }

    /// <summary>The shape with reduced axes of length 1.</summary>
    public static long[] Kept(long[] dims, long[] axes) => [.. dims.Select((dim, axis) => axes.Contains(axis) ? 1 : dim)];
}
