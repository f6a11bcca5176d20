using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Runtime.Operators.Spatial;

/// <summary>
/// GridSample(X, grid) for one to three spatial axes: the input read at the places of the grid, which go from -1 to 1. Attributes
/// <c>mode</c> (linear, nearest, cubic; bilinear and bicubic as before opset 20), <c>padding_mode</c> (zeros, border, reflection) and
/// <c>align_corners</c>.
/// </summary>
internal sealed class GridSample(AttributeMap attributes) : Operator
{
    protected override Kernel Bind(OperatorInputs inputs)
    {
        TensorInfo x = inputs.Float(0, "X"), grid = inputs.Float(1, "grid");
        int axes = x.Shape.Rank - 2;
        if (axes is < 1 or > 3 || grid.Shape.Rank != x.Shape.Rank || grid.Shape[axes + 1] != axes || grid.Shape[0] != x.Shape[0])
            throw Error($"grid {grid.Shape} does not fit input {x.Shape}.");
        int taps = attributes.String("mode", "linear") switch
        {
            "linear" or "bilinear" => 2,
            "nearest" => 1,
            "cubic" or "bicubic" => 4,
            var other => throw Error($"mode '{other}' is not supported."),
        };
        var axis = new GridAxis(taps, attributes.String("padding_mode", "zeros"), attributes.Int("align_corners", 0) != 0);
        if (axis.Padding is not ("zeros" or "border" or "reflection")) throw Error($"padding_mode '{axis.Padding}' is not supported.");
        int[] sizes = [.. x.Shape.Dims.Skip(2)];
        int batch = x.Shape[0], channels = x.Shape[1], area = x.Shape.Product(2, x.Shape.Rank), places = grid.Shape.Product(1, axes + 1);
        TensorInfo output = Output(ElementType.Float32, [batch, channels, .. grid.Shape.ToLongs().AsSpan(1, axes)]);
        return new Kernel(output, (in KernelCall c) =>
        {
            ReadOnlySpan<float> source = c.Input<float>(0), at = c.Input<float>(1);
            Span<float> y = c.Output<float>(0);
            Span<int> index = stackalloc int[3 * 4];
            Span<float> weight = stackalloc float[3 * 4];
            for (int b = 0; b < batch; b++)
            {
                for (int p = 0; p < places; p++)
                {
                    // The grid names the innermost axis first.
                    for (int a = 0; a < axes; a++)
                        axis.Taps(at[(((b * places) + p) * axes) + axes - 1 - a], sizes[a], index.Slice(a * taps, taps),
                            weight.Slice(a * taps, taps));
                    for (int ch = 0; ch < channels; ch++)
                    {
                        int plane = (b * channels) + ch;
                        y[(plane * places) + p] = Sample(source.Slice(plane * area, area), sizes, taps, index, weight);
                    }
                }
            }
        });
    }

    /// <summary>The sum over all combinations of one tap an axis.</summary>
    private static float Sample(ReadOnlySpan<float> plane, int[] sizes, int taps, ReadOnlySpan<int> index, ReadOnlySpan<float> weight)
    {
        int combinations = 1;
        for (int a = 0; a < sizes.Length; a++) combinations *= taps;
        float sum = 0;
        for (int i = 0; i < combinations; i++)
        {
            float product = 1;
            int offset = 0;
            for (int a = sizes.Length - 1, rest = i, stride = 1; a >= 0; stride *= sizes[a], a--)
            {
                int tap = (a * taps) + (rest % taps);
                rest /= taps;
                product *= weight[tap];
                offset += index[tap] * stride;
            }

            if (product != 0) sum += product * plane[offset];
        }

        return sum;
    }
}
