using Cim.Onnx.Building;
using Cim.Onnx.Proto;

namespace Cim.Training.Operators.Windows;

/// <summary>Kernel, strides, dilations and resolved pads of a convolution or pooling node, per spatial axis.</summary>
internal sealed record WindowGeometry(
    long[] Kernel, long[] Strides, long[] Dilations, long[] PadsBegin, long[] PadsEnd, long[] Input, long[] Output)
{
    /// <summary>Number of spatial axes.</summary>
    public int Rank => Kernel.Length;

    /// <summary>Number of positions a window reads.</summary>
    public long KernelSize => Tensors.Count(Kernel);

    /// <summary>Whether windows move by one position.</summary>
    public bool HasUnitStrides => Strides.All(stride => stride == 1);

    /// <summary>The geometry of <paramref name="node"/> for shapes [N, C, spatial...].</summary>
    public static WindowGeometry Of(NodeProto node, long[] inputShape, long[] outputShape, long[]? kernel = null)
    {
        int rank = inputShape.Length - 2;
        kernel ??= Attributes.GetInts(node, "kernel_shape", []);
        long[] strides = Attributes.GetInts(node, "strides", [.. Enumerable.Repeat(1L, rank)]);
        long[] dilations = Attributes.GetInts(node, "dilations", [.. Enumerable.Repeat(1L, rank)]);
        long[] pads = Attributes.GetInts(node, "pads", new long[2 * rank]);
        string autoPad = Attributes.GetString(node, "auto_pad", "NOTSET");
        var begin = new long[rank];
        var end = new long[rank];
        for (int i = 0; i < rank; i++)
        {
            if (autoPad is "SAME_UPPER" or "SAME_LOWER")
            {
                long total = Math.Max(
                    0, ((outputShape[i + 2] - 1) * strides[i]) + (dilations[i] * (kernel[i] - 1)) + 1 - inputShape[i + 2]);
                begin[i] = autoPad == "SAME_UPPER" ? total / 2 : total - (total / 2);
                end[i] = total - begin[i];
            }
            else if (autoPad == "NOTSET")
            {
                begin[i] = pads[i];
                end[i] = pads[i + rank];
            }
        }

        return new WindowGeometry(kernel, strides, dilations, begin, end, inputShape[2..], outputShape[2..]);
    }

    /// <summary>
    /// Pads and output padding of the transposed convolution that maps the output's shape back to the input's:
    /// stride (out - 1) + dilation (kernel - 1) + 1 - begin - end + extra = in.
    /// </summary>
    public (long[] Pads, long[] OutputPadding) Transposed()
    {
        var pads = new long[2 * Rank];
        var extra = new long[Rank];
        for (int i = 0; i < Rank; i++)
        {
            long end = (Strides[i] * (Output[i] - 1)) + (Dilations[i] * (Kernel[i] - 1)) + 1 - PadsBegin[i] - Input[i];
            pads[i] = PadsBegin[i];
            pads[i + Rank] = Math.Max(0, end);
            extra[i] = Math.Max(0, -end);
        }

        return (pads, extra);
    }

    /// <summary>Every position of the kernel, row-major.</summary>
    public IEnumerable<long[]> Positions()
    {
        for (long flat = 0; flat < KernelSize; flat++)
        {
            var position = new long[Rank];
            long rest = flat;
            for (int i = Rank - 1; i >= 0; i--)
            {
                position[i] = rest % Kernel[i];
                rest /= Kernel[i];
            }

            yield return position;
        }
    }
}
