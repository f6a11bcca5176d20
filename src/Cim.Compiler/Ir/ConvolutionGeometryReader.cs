using System.Collections.Immutable;
using Cim.Runtime;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Ir;

/// <summary>Reads a Conv node's attributes into the geometry a crossbar layer needs; 1-D becomes height 1.</summary>
internal static class ConvolutionGeometryReader
{
    /// <param name="node">The Conv; <c>auto_pad</c> is resolved here too, so that it may still be present.</param>
    /// <param name="input">Bound shape [n, channels, (height,) width].</param>
    /// <param name="kernel">[outputs, channels/group, (height,) width].</param>
    /// <param name="output">Bound shape of the output, as inferred.</param>
    public static ConvolutionGeometry Read(Node node, Shape input, Shape kernel, Shape output)
    {
        int spatial = kernel.Rank - 2;
        ImmutableArray<long> strides = node.Attributes.Ints("strides");
        ImmutableArray<long> dilations = node.Attributes.Ints("dilations");
        (int[] begin, int[] end) = Pads(node, input, kernel, output, strides, dilations);

        int At(ImmutableArray<long> values, int axis) => values.IsDefaultOrEmpty ? 1 : checked((int)values[axis]);
        ConvolutionAxis Axis(int i) =>
            new(input[i + 2], kernel[i + 2], At(strides, i), begin[i], end[i], At(dilations, i));
        return new ConvolutionGeometry(input[1], spatial == 2 ? Axis(0) : new ConvolutionAxis(1, 1), Axis(spatial - 1));
    }

    /// <summary>Padding before and after each spatial axis, with <c>auto_pad</c> resolved.</summary>
    public static (int[] Begin, int[] End) Pads(
        Node node, Shape input, Shape kernel, Shape output, ImmutableArray<long> strides, ImmutableArray<long> dilations)
    {
        int spatial = input.Rank - 2;
        int[] begin = new int[spatial], end = new int[spatial];
        string autoPad = node.Attributes.String("auto_pad", "NOTSET");
        ImmutableArray<long> pads = node.Attributes.Ints("pads");
        for (int i = 0; i < spatial; i++)
        {
            if (autoPad is "SAME_UPPER" or "SAME_LOWER")
            {
                long stride = strides.IsDefaultOrEmpty ? 1 : strides[i];
                long extent = (dilations.IsDefaultOrEmpty ? 1 : dilations[i]) * (kernel[i + 2] - 1) + 1;
                long total = Math.Max(0, ((output[i + 2] - 1) * stride) + extent - input[i + 2]);
                long small = total / 2;
                (begin[i], end[i]) = autoPad == "SAME_UPPER" ? ((int)small, (int)(total - small)) : ((int)(total - small), (int)small);
            }
            else if (autoPad == "NOTSET" && !pads.IsDefaultOrEmpty)
            {
                (begin[i], end[i]) = (checked((int)pads[i]), checked((int)pads[i + spatial]));
            }
        }

        return (begin, end);
    }
}
