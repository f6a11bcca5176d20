namespace Cim.Runtime.Operators.Movement;

/// <summary>Slice(data, starts, ends, axes?, steps?) with negative indices and steps; all but data must be constants.</summary>
internal sealed class Slice : Operator
{
    protected override Kernel Bind(OperatorInputs inputs)
    {
        TensorInfo x = inputs.Required(0, "data");
        long[] starts = inputs.RequiredIntegers(1, "starts"), ends = inputs.RequiredIntegers(2, "ends");
        long[] axisInput = inputs.ConstantIntegers(3, "axes") ?? [.. Enumerable.Range(0, starts.Length).Select(i => (long)i)];
        long[] steps = inputs.ConstantIntegers(4, "steps") ?? [.. Enumerable.Repeat(1L, starts.Length)];
        if (starts.Length != ends.Length || starts.Length != axisInput.Length || starts.Length != steps.Length)
            throw Error($"starts, ends, axes and steps have {starts.Length}, {ends.Length}, {axisInput.Length} and {steps.Length} "
                + $"entries; they must agree.");
        int[] axes = AxisList(axisInput, x.Shape.Rank);
        long[] dims = x.Shape.ToLongs();
        int[] strides = x.Shape.Strides();
        long offset = 0;
        for (int i = 0; i < axes.Length; i++)
        {
            int axis = axes[i];
            long size = dims[axis], step = steps[i];
            if (step == 0) throw Error($"the step of axis {axis} is 0.");
            (long start, long count) = Range(size, starts[i], ends[i], step);
            dims[axis] = count;
            if (count == 0) continue;
            offset += start * strides[axis];
            strides[axis] = count == 1 ? 0 : checked((int)(strides[axis] * step)); // |step| < size once two elements fit
        }

        TensorInfo output = Output(x.Type, dims);
        if (output.Shape == x.Shape && steps.All(s => s > 0)) return Kernel.View(output);
        var copy = new StridedCopy(x.Type.SizeOf(), output.Shape.Dims.AsSpan(), strides, (int)offset);
        return new Kernel(output, (in KernelCall c) => copy.Run(c.Input(0), c.Output(0)));
    }

    /// <summary>First index and number of indices of start:end:step on an axis: a start is clamped to an element, an end may lie before the
    /// first.</summary>
    private static (long Start, long Count) Range(long size, long start, long end, long step)
    {
        if (size == 0) return (0, 0);
        long low = step > 0 ? 0 : -1, high = step > 0 ? size : size - 1;
        start = Math.Clamp(start < 0 ? start + size : start, 0, high);
        end = Math.Clamp(end < 0 ? Math.Max(end, long.MinValue + size) + size : end, low, high);
        if (step > 0) return (start, end <= start ? 0 : ((end - start - 1) / step) + 1);
        if (end >= start) return (start, 0);
        return (start, step == long.MinValue ? 1 : ((start - end - 1) / -step) + 1);
    }
}
