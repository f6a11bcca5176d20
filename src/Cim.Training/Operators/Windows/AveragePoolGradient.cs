using Cim.Onnx.Building;
using Cim.Training.Differentiation;

namespace Cim.Training.Operators.Windows;

/// <summary>
/// Average pooling: dy / count goes back to every position of its window. Windows that tile the input are one Expand;
/// overlapping ones are a transposed convolution with ones.
/// </summary>
internal sealed class AveragePoolGradient : IGradientRule
{
    public IReadOnlyList<string> OperatorTypes { get; } = ["AveragePool"];

    public void Differentiate(GradientContext context)
    {
        long[] dims = context.InputShape(0);
        WindowGeometry geometry = WindowGeometry.Of(context.Node, dims, context.OutputShape());
        bool tiles = geometry.Kernel.Select((length, i) => length == geometry.Strides[i] && length * geometry.Output[i] == geometry.Input[i]
            && geometry.PadsBegin[i] == 0 && geometry.PadsEnd[i] == 0 && geometry.Dilations[i] == 1).All(fits => fits);
        context.Add(0, tiles ? Repeated(context, geometry, dims) : Spread(context, geometry, dims));
    }

    private static string Repeated(GradientContext context, WindowGeometry geometry, long[] dims)
    {
        long[] open = [.. dims[..2], .. geometry.Output.SelectMany(length => new[] { length, 1 })];
        long[] full = [.. dims[..2], .. geometry.Output.SelectMany((length, i) => new[] { length, geometry.Kernel[i] })];
        string share = context.Scale(context.OutputGradient, 1.0 / geometry.KernelSize);
        return context.Reshape(context.Expand(context.Reshape(share, open), full), dims);
    }

    private static string Spread(GradientContext context, WindowGeometry geometry, long[] dims)
    {
        bool countsPads = Attributes.GetInt(context.Node, "count_include_pad", 0) != 0;
        double[] shares = [.. OutputPositions(geometry).Select(position => 1.0 / Count(geometry, position, countsPads))];
        string share = context.Mul(context.OutputGradient, context.Builder.Constant(shares, [1, 1, .. geometry.Output]));
        long[] single = [dims[0] * dims[1], 1];
        (long[] pads, long[] outputPadding) = geometry.Transposed();
        double[] ones = new double[geometry.KernelSize];
        Array.Fill(ones, 1);
        string spread = context.Builder.Op(
            "ConvTranspose",
            [context.Reshape(share, [.. single, .. geometry.Output]), context.Builder.Constant(ones, [1, 1, .. geometry.Kernel])],
            Attributes.Ints("kernel_shape", geometry.Kernel),
            Attributes.Ints("strides", geometry.Strides),
            Attributes.Ints("dilations", geometry.Dilations),
            Attributes.Ints("pads", pads),
            Attributes.Ints("output_padding", outputPadding));
        return context.Reshape(spread, dims);
    }

    private static IEnumerable<long[]> OutputPositions(WindowGeometry geometry) =>
        (geometry with { Kernel = geometry.Output }).Positions();

    /// <summary>How many positions a window averages over: those inside the input, or inside the padded input.</summary>
    private static long Count(WindowGeometry geometry, long[] position, bool countsPads)
    {
        long count = 1;
        for (int i = 0; i < geometry.Rank; i++)
        {
            long first = (position[i] * geometry.Strides[i]) - geometry.PadsBegin[i];
            (long low, long high) = countsPads
                ? (-geometry.PadsBegin[i], geometry.Input[i] + geometry.PadsEnd[i])
                : (0L, geometry.Input[i]);
            count *= Enumerable.Range(0, (int)geometry.Kernel[i])
                .Count(k => first + (k * geometry.Dilations[i]) is long at && at >= low && at < high);
        }

        return count;
    }
}
