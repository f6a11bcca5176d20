using Cim.Runtime.Program;

namespace Cim.Runtime.Operators.Normalization;

/// <summary>
/// Softmax and LogSoftmax in float along attribute <c>axis</c> (default -1). Attribute <c>coerce2d</c> = 1 is the meaning
/// before opset 13: the input is a matrix split before <c>axis</c> and each whole row is normalised (importing an older
/// opset sets it, and axis 1 where it was left out). Exponentials are summed in double precision in index order.
/// </summary>
internal sealed class Softmax(AttributeMap attributes, bool logarithm) : Operator
{
    protected override Kernel Bind(OperatorInputs inputs)
    {
        TensorInfo x = inputs.Float(0, "input");
        int rank = x.Shape.Rank;
        TensorInfo output = Output(x.Type, x.Shape);
        bool coerce = attributes.Int("coerce2d", 0) != 0;
        long asked = attributes.Int("axis", -1);
        int axis = rank == 0 || (coerce && asked == rank) ? rank : Axis(asked, rank);
        int outer = x.Shape.Product(0, axis);
        int size = axis == rank ? 1 : coerce ? x.Shape.Product(axis, rank) : x.Shape[axis];
        int inner = axis == rank || coerce ? 1 : x.Shape.Product(axis + 1, rank);
        bool log = logarithm;
        return new Kernel(output, (in KernelCall c) =>
        {
            ReadOnlySpan<float> source = c.Input<float>(0);
            Span<float> y = c.Output<float>(0);
            if (size == 0) return;
            for (int o = 0; o < outer; o++)
                for (int i = 0; i < inner; i++) Normalize(source.Slice(o * size * inner), y.Slice(o * size * inner), i, size, inner, log);
        }) { CanRunInPlace = true };
    }

    private static void Normalize(ReadOnlySpan<float> x, Span<float> y, int at, int size, int stride, bool log)
    {
        float max = float.NegativeInfinity;
        for (int i = 0; i < size; i++) max = Math.Max(max, x[at + (i * stride)]);
        double sum = 0;
        for (int i = 0; i < size; i++)
        {
            float shifted = x[at + (i * stride)] - max;
            double e = Math.Exp(shifted);
            sum += e;
            y[at + (i * stride)] = log ? shifted : (float)e;
        }

        float factor = (float)(log ? Math.Log(sum) : 1 / sum);
        if (log) for (int i = 0; i < size; i++) y[at + (i * stride)] -= factor;
        else for (int i = 0; i < size; i++) y[at + (i * stride)] *= factor;
    }
}
