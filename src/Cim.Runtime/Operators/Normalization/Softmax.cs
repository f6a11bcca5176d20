using Cim.Runtime.Operators.Elementwise;
using Cim.Runtime.Operators.Reduction;
using Cim.Runtime.Program;

namespace Cim.Runtime.Operators.Normalization;

/// <summary>
/// Softmax and LogSoftmax in float along attribute <c>axis</c> (default -1). Attribute <c>coerce2d</c> = 1 is the meaning
/// before opset 13: the input is a matrix split before <c>axis</c> and each whole row is normalised (importing an older
/// opset sets it, and axis 1 where it was left out). Exponentials are summed in double precision in the order of
/// <see cref="LaneSum"/>.
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
            if (inner == 1)
            {
                for (int o = 0; o < outer; o++) Normalize(source.Slice(o * size, size), y.Slice(o * size, size), log);
                return;
            }

            // Any other axis is brought into a row first, so that both ways give the same bits.
            Span<float> row = c.WorkspaceAs<float>()[..size];
            for (int o = 0; o < outer; o++)
            {
                for (int i = 0; i < inner; i++)
                {
                    int at = (o * size * inner) + i;
                    for (int k = 0; k < size; k++) row[k] = source[at + (k * inner)];
                    Normalize(row, row, log);
                    for (int k = 0; k < size; k++) y[at + (k * inner)] = row[k];
                }
            }
        }) { CanRunInPlace = true, WorkspaceBytes = inner == 1 ? 0 : checked(size * sizeof(float)) };
    }

    /// <summary>Works in place too. The logarithm of the sum is taken over float exponentials in a block at a time.</summary>
    private static void Normalize(ReadOnlySpan<float> x, Span<float> y, bool log)
    {
        float max = float.NegativeInfinity;
        foreach (float v in x) max = Math.Max(max, v);
        if (!log)
        {
            for (int i = 0; i < y.Length; i++) y[i] = x[i] - max;
            SmoothLoop.Run(y, y, default(Exponential));
            float factor = (float)(1 / LaneSum.Of(y));
            for (int i = 0; i < y.Length; i++) y[i] *= factor;
            return;
        }

        Span<float> block = stackalloc float[64];
        double sum = 0;
        for (int first = 0; first < x.Length; first += block.Length)
        {
            Span<float> part = block[..Math.Min(block.Length, x.Length - first)];
            for (int i = 0; i < part.Length; i++) part[i] = x[first + i] - max;
            SmoothLoop.Run(part, part, default(Exponential));
            sum += LaneSum.Of(part);
        }

        float logarithm = (float)Math.Log(sum);
        for (int i = 0; i < y.Length; i++) y[i] = x[i] - max - logarithm;
    }
}
