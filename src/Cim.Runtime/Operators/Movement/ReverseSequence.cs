namespace Cim.Runtime.Operators.Movement;

/// <summary>
/// ReverseSequence(input, sequence_lens): for each index of <c>batch_axis</c> (default 1) the first so many steps of <c>time_axis</c>
/// (default 0) in reverse order, the others as they are.
/// </summary>
internal sealed class ReverseSequence(long batchAxis, long timeAxis) : Operator
{
    protected override Kernel Bind(OperatorInputs inputs)
    {
        TensorInfo x = inputs.Required(0, "input"), lengths = inputs.Required(1, "sequence_lens", ElementType.Int64);
        if (x.Shape.Rank < 2 || batchAxis == timeAxis || batchAxis is not (0 or 1) || timeAxis is not (0 or 1))
            throw Error($"batch_axis {batchAxis} and time_axis {timeAxis} of input {x.Shape}: the two are 0 and 1.");
        int batches = x.Shape[(int)batchAxis], steps = x.Shape[(int)timeAxis], element = x.Type.SizeOf();
        if (lengths.Shape.Elements != batches) throw Error($"there are {lengths.Shape.Elements} lengths for {batches} sequences.");
        int run = x.Shape.Product(2, x.Shape.Rank) * element;
        bool timeFirst = timeAxis == 0;
        return new Kernel(Output(x.Type, x.Shape), (in KernelCall c) =>
        {
            ReadOnlySpan<byte> source = c.Input(0);
            ReadOnlySpan<long> list = c.Input<long>(1);
            Span<byte> y = c.Output(0);
            for (int b = 0; b < batches; b++)
            {
                long length = list[b];
                if (length < 0 || length > steps) throw Error($"a length is {length}, sequences have {steps} steps.");
                for (int t = 0; t < steps; t++)
                {
                    int from = t < length ? (int)length - 1 - t : t;
                    (int source1, int target) = timeFirst
                        ? ((from * batches) + b, (t * batches) + b)
                        : ((b * steps) + from, (b * steps) + t);
                    source.Slice(source1 * run, run).CopyTo(y[(target * run)..]);
                }
            }
        });
    }
}
