using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Runtime.Operators.Spatial;

/// <summary>
/// How a window of a convolution or pool moves over one to three spatial axes, always held as three (depth, height,
/// width; missing leading ones have size 1): output o reads input o*stride - padBegin + k*dilation.
/// </summary>
internal sealed class WindowGeometry
{
    public const int Axes = 3;

    public int[] Input { get; } = [1, 1, 1];

    public int[] Kernel { get; } = [1, 1, 1];

    public int[] Stride { get; } = [1, 1, 1];

    public int[] Dilation { get; } = [1, 1, 1];

    public int[] PadBegin { get; } = [0, 0, 0];

    public int[] PadEnd { get; } = [0, 0, 0];

    public int[] Output { get; } = [1, 1, 1];

    /// <summary>Input, kernel and output positions in all.</summary>
    public int InputSize => checked(Input[0] * Input[1] * Input[2]);

    public int KernelSize => checked(Kernel[0] * Kernel[1] * Kernel[2]);

    public int OutputSize => checked(Output[0] * Output[1] * Output[2]);

    /// <summary>The dimensions [n, channels, output spatial ...].</summary>
    public long[] OutputDims(int images, int channels, int spatialRank)
    {
        long[] dims = new long[2 + spatialRank];
        (dims[0], dims[1]) = (images, channels);
        for (int i = 0; i < spatialRank; i++) dims[2 + i] = Output[Axes - spatialRank + i];
        return dims;
    }

    /// <summary>Reads strides, dilations, pads, auto_pad and ceil_mode.</summary>
    /// <param name="op">For messages.</param>
    /// <param name="attributes">The attributes named above.</param>
    /// <param name="input">[n, channels, spatial ...].</param>
    /// <param name="kernel">The window's size along each spatial axis.</param>
    public static WindowGeometry Create(Operator op, AttributeMap attributes, Shape input, ReadOnlySpan<long> kernel)
    {
        int rank = input.Rank - 2;
        if (rank is < 1 or > Axes) throw op.Error($"input {input} has {rank} spatial axes; 1 to {Axes} are supported.");
        if (kernel.Length != rank) throw op.Error($"the window has {kernel.Length} axes, the input {input} has {rank} spatial ones.");
        string autoPad = attributes.String("auto_pad", "NOTSET");
        if (autoPad.Length == 0) autoPad = "NOTSET";
        if (autoPad is not ("NOTSET" or "VALID" or "SAME_UPPER" or "SAME_LOWER")) throw op.Error($"auto_pad '{autoPad}' is unknown.");
        bool ceil = attributes.Int("ceil_mode", 0) != 0;
        long[] strides = List(op, attributes, "strides", rank, 1), dilations = List(op, attributes, "dilations", rank, 1);
        long[] pads = autoPad == "NOTSET" ? List(op, attributes, "pads", 2 * rank, 0) : new long[2 * rank];
        var g = new WindowGeometry();
        for (int i = 0; i < rank; i++)
        {
            int axis = Axes - rank + i;
            long size = input[2 + i], k = kernel[i], s = strides[i], d = dilations[i], begin = pads[i], end = pads[i + rank];
            if (k < 1 || s < 1 || d < 1) throw op.Error($"window, stride and dilation must be positive; axis {i} has {k}, {s} and {d}.");
            if (begin < 0 || end < 0) throw op.Error($"pads must not be negative; axis {i} has {begin} and {end}.");
            if (Math.Max(Math.Max(k, s), Math.Max(d, Math.Max(begin, end))) > int.MaxValue)
                throw op.Error($"an attribute of axis {i} is too large.");
            long reach = checked((d * (k - 1)) + 1);
            long output;
            if (autoPad.StartsWith("SAME", StringComparison.Ordinal))
            {
                output = (size + s - 1) / s;
                long total = Math.Max(0, ((output - 1) * s) + reach - size);
                begin = autoPad == "SAME_UPPER" ? total / 2 : total - (total / 2);
                end = total - begin;
            }
            else
            {
                long span = size + begin + end - reach;
                output = span < 0 ? 0 : ((ceil ? span + s - 1 : span) / s) + 1;
                // A window must not start beyond the input and its leading padding.
                if (ceil && output > 1 && (output - 1) * s >= size + begin) output--;
            }

            if (output < 1) throw op.Error($"a window of {reach} does not fit axis {i} of the input {input} with pads {begin} and {end}.");
            if (Math.Max(Math.Max(output, reach), Math.Max(begin, end)) > Operator.MaxTensorBytes)
                throw op.Error($"axis {i} of the output would have size {output}.");
            (g.Input[axis], g.Kernel[axis], g.Stride[axis], g.Dilation[axis]) = ((int)size, (int)k, (int)s, (int)d);
            (g.PadBegin[axis], g.PadEnd[axis], g.Output[axis]) = ((int)begin, (int)end, (int)output);
        }

        return g;
    }

    /// <summary>The kernel positions [first, last) along an axis that fall inside the input for an output position.</summary>
    public (int First, int Last) Inside(int axis, int output)
    {
        int start = (output * Stride[axis]) - PadBegin[axis], d = Dilation[axis];
        int first = start >= 0 ? 0 : (-start + d - 1) / d;
        int last = start >= Input[axis] ? 0 : Math.Min(Kernel[axis], ((Input[axis] - 1 - start) / d) + 1);
        return (first, Math.Max(first, last));
    }

    /// <summary>Kernel positions along an axis that fall inside the input or its padding for an output position.</summary>
    public int InsidePadded(int axis, int output)
    {
        int start = output * Stride[axis], size = Input[axis] + PadBegin[axis] + PadEnd[axis];
        return Math.Min(Kernel[axis], ((size - 1 - start) / Dilation[axis]) + 1);
    }

    /// <summary>A list attribute with one entry per axis (or side), or the default for each.</summary>
    public static long[] List(Operator op, AttributeMap attributes, string name, int length, long orElse)
    {
        long[] values = new long[length];
        Array.Fill(values, orElse);
        if (attributes.Ints(name) is { IsDefault: false, Length: > 0 } given)
        {
            if (given.Length != length) throw op.Error($"{name} has {given.Length} entries, {length} are needed.");
            given.CopyTo(values);
        }

        return values;
    }
}
