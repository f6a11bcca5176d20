using Cim.Onnx.Building;
using Cim.Onnx.Proto;
using Cim.Training.Differentiation;
using Cim.Training.Kernels;

namespace Cim.Training.Operators.Windows;

/// <summary>
/// dW of a convolution, a convolution of X with dY as the kernel and images as channels. In ONNX Runtime's general convolution
/// that ran at 4 to 11 GFLOP/s, because its product has only kernel-size columns. Four routes instead: depthwise; blocked
/// layout (30 to 90 GFLOP/s) where images and outputs fill blocks; unit strides over two axes as one product of shifted
/// copies, with the shifts divided between X (along the width) and dY (along the height), 2 k copies instead of k^2
/// (15 to 45 GFLOP/s); everything else, im2col.
/// </summary>
internal static class WeightGradientOfConvolution
{
    private const long PositionsPerGroup = 196;

    public static string Append(Convolution convolution, string dy, string x)
    {
        if (!convolution.IsDepthwise && convolution.Group == 1 && convolution.Geometry.Rank == 2
            && BlockedLayout.Fits(convolution.Batch, convolution.Outputs))
        {
            return Blocked(convolution, dy, x);
        }

        string padded = Padded(convolution, x);
        if (convolution.IsDepthwise)
            return Depthwise(convolution, dy, padded);
        bool dividesShifts = convolution.Group == 1 && convolution.Geometry.Rank == 2 && convolution.Geometry.HasUnitStrides
            && convolution.Geometry.KernelSize > 1;
        return dividesShifts ? DividedShifts(convolution, dy, padded) : Im2Col(convolution, dy, padded);
    }

    /// <summary>
    /// X [C, N, ...] convolved with dY [O, N, ...]: strides and dilations change positions. Large images are done in groups of one block
    /// of images, so that the part of dY a group reads stays in the cache.
    /// </summary>
    private static string Blocked(Convolution convolution, string dy, string x)
    {
        GraphBuilder builder = convolution.Builder;
        GradientContext context = convolution.Context;
        WindowGeometry geometry = convolution.Geometry;
        long b = BlockedLayout.BlockSize;
        (long images, long outputs, long positions) = (convolution.Batch, convolution.Outputs, Tensors.Count(geometry.Output));
        long groups = positions >= PositionsPerGroup ? images / b : 1;

        // Rows and columns no window reaches are cut off, so that the result has exactly the kernel's size.
        long[] end = [.. Enumerable.Range(0, 2).Select(i => ((geometry.Output[i] - 1) * geometry.Strides[i])
            + (geometry.Dilations[i] * (geometry.Kernel[i] - 1)) + 1 - geometry.Input[i] - geometry.PadsBegin[i])];
        string exchanged = context.Transpose(x, 1, 0, 2, 3);
        string padded = geometry.PadsBegin.Concat(end).All(pad => pad == 0)
            ? exchanged
            : builder.Op("Pad", exchanged, builder.Ints([0, 0, .. geometry.PadsBegin, 0, 0, .. end]));

        string blocks = context.Reshape(BlockedLayout.Enter(builder, dy), [images / b, b, outputs / b, positions, b]);
        string filter = groups > 1 ? context.Transpose(blocks, 0, 2, 3, 1, 4) : context.Transpose(blocks, 2, 0, 3, 1, 4);
        string kernel = context.Reshape(filter, [groups * outputs, images / groups, .. geometry.Output]);
        AttributeProto[] attributes =
        [
            Attributes.Ints("kernel_shape", geometry.Output),
            Attributes.Ints("strides", geometry.Dilations),
            Attributes.Ints("dilations", geometry.Strides),
            Attributes.Ints("pads", 0, 0, 0, 0),
            Attributes.Int("group", groups),
        ];
        string result = BlockedLayout.Run(builder, BlockedLayout.Enter(builder, padded), kernel, "", attributes);
        string plain = BlockedLayout.Leave(builder, result, groups * outputs);
        if (groups > 1)
            plain = context.Sum(context.Reshape(plain, [convolution.Channels, groups, outputs, .. geometry.Kernel]), [1], keepDims: false);
        return context.Transpose(plain, 1, 0, 2, 3);
    }

    /// <summary>
    /// With X shifted by c columns (C rows of the product each) and dY shifted by r rows, one product holds every (r, c):
    /// sum_h,w dY[h - r, w] X[h, w + c] = sum_h,w dY[h, w] X[h + r, w + c].
    /// </summary>
    private static string DividedShifts(Convolution convolution, string dy, string padded)
    {
        GraphBuilder builder = convolution.Builder;
        GradientContext context = convolution.Context;
        WindowGeometry geometry = convolution.Geometry;
        (long kernelHeight, long kernelWidth) = (geometry.Kernel[0], geometry.Kernel[1]);
        long height = geometry.Input[0] + geometry.PadsBegin[0] + geometry.PadsEnd[0];
        long width = geometry.Output[1];
        long hidden = height - geometry.Output[0];
        string[] inputs = [.. Shifts(kernelWidth).Select(c => builder.Op(
            "Slice", padded, builder.Ints(c * geometry.Dilations[1]), builder.Ints((c * geometry.Dilations[1]) + width), builder.Ints(3)))];
        string[] gradients = [.. Shifts(kernelHeight).Select(r => builder.Op(
            "Pad", dy, builder.Ints(0, 0, r * geometry.Dilations[0], 0, 0, 0, hidden - (r * geometry.Dilations[0]), 0)))];
        string left = context.Reshape(Joined(builder, gradients), [convolution.Batch, kernelHeight * convolution.Outputs, height * width]);
        string right = context.Reshape(Joined(builder, inputs), [convolution.Batch, kernelWidth * convolution.Channels, height * width]);
        string sum = ProductOverPlaces(convolution, left, right);
        string open = context.Reshape(sum, [kernelHeight, convolution.Outputs, kernelWidth, convolution.Channels]);
        return context.Transpose(open, 1, 3, 0, 2);
    }

    private static string Im2Col(Convolution convolution, string dy, string padded)
    {
        GradientContext context = convolution.Context;
        WindowGeometry geometry = convolution.Geometry;
        long positions = Tensors.Count(geometry.Output);
        long group = convolution.Group;
        long channels = convolution.Channels / group;
        long outputs = convolution.Outputs / group;
        string[] columns = [.. geometry.Positions().Select(position =>
            context.Reshape(Window(convolution, padded, position), [convolution.Batch, group, channels, positions]))];
        string right = columns.Length == 1 ? columns[0] : convolution.Builder.Op("Concat", columns, Attributes.Int("axis", 2));
        string left = context.Reshape(dy, [convolution.Batch, group, outputs, positions]);
        string sum = ProductOverPlaces(convolution, left, right);
        string open = context.Reshape(sum, [group * outputs, geometry.KernelSize, channels]);
        return context.Reshape(context.Transpose(open, 0, 2, 1), convolution.Weights);
    }

    /// <summary>Every channel by itself: an element-wise product and a sum for each position of the kernel.</summary>
    private static string Depthwise(Convolution convolution, string dy, string padded)
    {
        GradientContext context = convolution.Context;
        WindowGeometry geometry = convolution.Geometry;
        long[] others = [0, .. Enumerable.Range(2, geometry.Rank).Select(axis => (long)axis)];
        string[] sums = [.. geometry.Positions().Select(position => context.Reshape(
            context.Sum(context.Mul(dy, Window(convolution, padded, position)), others, keepDims: false), [convolution.Channels, 1]))];
        string joined = sums.Length == 1 ? sums[0] : convolution.Builder.Op("Concat", sums, Attributes.Int("axis", 1));
        return context.Reshape(joined, convolution.Weights);
    }

    /// <summary>The inputs every output position reads at one kernel position, in the shape of the output.</summary>
    private static string Window(Convolution convolution, string padded, long[] position)
    {
        GraphBuilder builder = convolution.Builder;
        WindowGeometry geometry = convolution.Geometry;
        if (geometry.KernelSize == 1 && geometry.HasUnitStrides)
            return padded;
        var starts = new long[geometry.Rank];
        var ends = new long[geometry.Rank];
        for (int i = 0; i < geometry.Rank; i++)
        {
            starts[i] = position[i] * geometry.Dilations[i];
            ends[i] = starts[i] + ((geometry.Output[i] - 1) * geometry.Strides[i]) + 1;
        }

        long[] axes = [.. Enumerable.Range(2, geometry.Rank).Select(axis => (long)axis)];
        return builder.Op("Slice", padded, builder.Ints(starts), builder.Ints(ends), builder.Ints(axes), builder.Ints(geometry.Strides));
    }

    private static string Padded(Convolution convolution, string x)
    {
        WindowGeometry geometry = convolution.Geometry;
        if (geometry.PadsBegin.Concat(geometry.PadsEnd).All(pad => pad == 0))
            return x;
        return convolution.Builder.Op("Pad", x, convolution.Builder.Ints([0, 0, .. geometry.PadsBegin, 0, 0, .. geometry.PadsEnd]));
    }

    /// <summary>left right^T for every image, summed over images. FusedMatMul reads the transposed operand in place.</summary>
    private static string ProductOverPlaces(Convolution convolution, string left, string right)
    {
        NodeProto product = convolution.Builder.Node("FusedMatMul", [left, right], domain: "com.microsoft");
        product.Attribute.Add(Attributes.Int("transB", 1));
        return convolution.Context.Sum(product.Output[0], [0], keepDims: false);
    }

    private static string Joined(GraphBuilder builder, string[] parts) =>
        parts.Length == 1 ? parts[0] : builder.Op("Concat", parts, Attributes.Int("axis", 1));

    private static IEnumerable<long> Shifts(long count) => Enumerable.Range(0, (int)count).Select(shift => (long)shift);
}
