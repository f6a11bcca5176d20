using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Runtime.Operators.Spatial;

/// <summary>
/// The sizes of a transposed convolution: input position i and kernel position k add to output position
/// i * stride - padBegin + k * dilation, so it is the window of an ordinary convolution from the output to the input.
/// </summary>
/// <remarks>Formulas of the ONNX operator ConvTranspose; an odd sum of pads has its larger half at the beginning, unless auto_pad is
/// SAME_UPPER, as in ONNX Runtime.</remarks>
internal static class TransposedGeometry
{
    /// <summary>Reads strides, dilations, pads, auto_pad, output_padding and output_shape.</summary>
    /// <param name="op">For messages.</param>
    /// <param name="attributes">The attributes named above.</param>
    /// <param name="input">[n, channels, spatial ...].</param>
    /// <param name="kernel">The kernel's size along each spatial axis.</param>
    /// <returns>The window that moves over the output: its <see cref="WindowGeometry.Input"/> is the output of the transposed convolution,
    /// its <see cref="WindowGeometry.Output"/> the input.</returns>
    public static WindowGeometry Create(Operator op, AttributeMap attributes, Shape input, ReadOnlySpan<long> kernel)
    {
        int rank = input.Rank - 2;
        if (rank is < 1 or > WindowGeometry.Axes)
            throw op.Error($"input {input} has {rank} spatial axes; 1 to {WindowGeometry.Axes} are supported.");
        string autoPad = attributes.String("auto_pad", "NOTSET");
        if (autoPad.Length == 0) autoPad = "NOTSET";
        if (autoPad is not ("NOTSET" or "VALID" or "SAME_UPPER" or "SAME_LOWER")) throw op.Error($"auto_pad '{autoPad}' is unknown.");
        long[] strides = WindowGeometry.List(op, attributes, "strides", rank, 1),
            dilations = WindowGeometry.List(op, attributes, "dilations", rank, 1),
            pads = autoPad == "NOTSET" ? WindowGeometry.List(op, attributes, "pads", 2 * rank, 0) : new long[2 * rank],
            extra = WindowGeometry.List(op, attributes, "output_padding", rank, 0);
        long[]? sizes = OutputShape(op, attributes, rank);
        var g = new WindowGeometry();
        for (int i = 0; i < rank; i++)
        {
            int axis = WindowGeometry.Axes - rank + i;
            long size = input[2 + i], k = kernel[i], s = strides[i], d = dilations[i], begin = pads[i], end = pads[i + rank];
            if (k < 1 || s < 1 || d < 1) throw op.Error($"kernel, stride and dilation must be positive; axis {i} has {k}, {s} and {d}.");
            if (begin < 0 || end < 0 || extra[i] < 0)
                throw op.Error($"pads and output_padding must not be negative; axis {i} has {begin}, {end} and {extra[i]}.");
            if (Math.Max(Math.Max(k, s), Math.Max(d, Math.Max(begin, end))) > int.MaxValue || extra[i] > int.MaxValue)
                throw op.Error($"an attribute of axis {i} is too large.");
            long reach = checked((d * (k - 1)) + 1), full = checked((s * (size - 1)) + extra[i] + reach);
            if (sizes is not null || autoPad.StartsWith("SAME", StringComparison.Ordinal))
            {
                long total = Math.Max(0, full - (sizes is null ? size * s : sizes[i]));
                begin = autoPad == "SAME_UPPER" ? total / 2 : total - (total / 2);
                end = total - begin;
            }

            long output = sizes is null ? full - begin - end : sizes[i];
            if (output < 1) throw op.Error($"axis {i} of the output would have size {output} with pads {begin} and {end}.");
            if (Math.Max(output, reach) > Operator.MaxTensorBytes) throw op.Error($"axis {i} of the output would have size {output}.");
            (g.Input[axis], g.Kernel[axis], g.Stride[axis], g.Dilation[axis]) = ((int)output, (int)k, (int)s, (int)d);
            (g.PadBegin[axis], g.PadEnd[axis], g.Output[axis]) = ((int)begin, (int)end, (int)size);
        }

        return g;
    }

    /// <summary>The spatial sizes of output_shape, which may name batch and channels before them; null if it is absent.</summary>
    private static long[]? OutputShape(Operator op, AttributeMap attributes, int rank)
    {
        if (attributes.Ints("output_shape") is not { IsDefault: false, Length: > 0 } sizes) return null;
        if (sizes.Length != rank && sizes.Length != rank + 2)
            throw op.Error($"output_shape has {sizes.Length} entries, {rank} are needed.");
        return [.. sizes.AsSpan()[^rank..]];
    }
}
