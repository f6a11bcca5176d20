using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Runtime;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Scheduling.Rows;

/// <summary>Rows under the windows of convolutions and pooling.</summary>
internal static class WindowRules
{
    /// <summary>Row r needs the rows r * stride - padding and as many as the window is high; null if rows run along another axis.</summary>
    public static RowNeeds? Of(Graph graph, Node node, ValueRows rows, RowInput input)
    {
        if (input.Index != 0 || rows.Axis != 2 || input.Rows.Axis != 2) return null;
        Shape output = graph.Values[node.Outputs[0]].Shape.Bind(1);
        ImmutableArray<long> strides = node.Attributes.Ints("strides"), dilations = node.Attributes.Ints("dilations");
        Shape kernel = node.Op == "Conv" ? graph.Values[node.Inputs[1]].Shape : Kernel(node, input.Shape.Rank);
        (int[] begin, _) = ConvolutionGeometryReader.Pads(node, input.Shape, kernel, output, strides, dilations);
        long stride = strides.IsDefaultOrEmpty ? 1 : strides[0], dilation = dilations.IsDefaultOrEmpty ? 1 : dilations[0];
        long extent = dilation * (kernel[2] - 1), pad = begin[0];
        return RowNeeds.Of(rows.Count, input.Rows.Count, r => ((r * stride) - pad, (r * stride) - pad + extent));
    }

    /// <summary>The window of a pooling in the layout of a kernel.</summary>
    private static Shape Kernel(Node node, int rank)
    {
        ImmutableArray<long> window = node.Attributes.Ints("kernel_shape");
        return new Shape([1, 1, .. Enumerable.Range(0, rank - 2).Select(i => window.IsDefaultOrEmpty ? 1 : (int)window[i])]);
    }
}
