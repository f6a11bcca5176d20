using Cim.Training.Differentiation;

namespace Cim.Training.Operators.Shapes;

/// <summary>Strided slice: dy is spread out by the step, then padded to the shape of the input.</summary>
internal sealed class SliceGradient : IGradientRule
{
    public IReadOnlyList<string> OperatorTypes { get; } = ["Slice"];

    public void Differentiate(GradientContext context)
    {
        long[] dims = context.InputShape(0);
        int rank = dims.Length;
        long[] starts = context.ConstantInts(1);
        long[] axes = context.HasInput(3) ? context.ConstantInts(3) : [.. Enumerable.Range(0, starts.Length).Select(axis => (long)axis)];
        long[] steps = context.HasInput(4) ? context.ConstantInts(4) : [.. starts.Select(_ => 1L)];
        long[] current = context.OutputShape();
        string gradient = context.OutputGradient;
        var pads = new long[2 * rank];
        for (int i = 0; i < axes.Length; i++)
        {
            int axis = GradientContext.Axis(axes[i], rank);
            long step = steps[i];
            long start = Math.Clamp(starts[i] < 0 ? starts[i] + dims[axis] : starts[i], 0, step > 0 ? dims[axis] : dims[axis] - 1);
            long count = current[axis];
            if (step < 0)
            {
                gradient = context.Builder.Op("Slice", gradient, context.Builder.Ints(-1), context.Builder.Ints(long.MinValue),
                    context.Builder.Ints(axis), context.Builder.Ints(-1));
                start += step * (count - 1);
                step = -step;
            }

            if (step > 1)
            {
                gradient = SpreadOut(context, gradient, current, axis, step);
                current = [.. current];
                current[axis] = count * step;
            }

            pads[axis] = start;
            pads[rank + axis] = dims[axis] - start - current[axis];
        }

        context.Add(0, context.Builder.Op("Pad", gradient, context.Builder.Ints(pads)));
    }

    /// <summary>Puts step - 1 zeros after every element along an axis.</summary>
    private static string SpreadOut(GradientContext context, string value, long[] dims, int axis, long step)
    {
        long[] open = [.. dims[..(axis + 1)], 1, .. dims[(axis + 1)..]];
        var pads = new long[2 * open.Length];
        pads[open.Length + axis + 1] = step - 1;
        long[] closed = [.. dims];
        closed[axis] *= step;
        return context.Reshape(context.Builder.Op("Pad", context.Reshape(value, open), context.Builder.Ints(pads)), closed);
    }
}
