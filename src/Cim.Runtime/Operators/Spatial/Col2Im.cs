using System.Collections.Immutable;
using Cim.Runtime.Program;

namespace Cim.Runtime.Operators.Spatial;

/// <summary>
/// Col2Im(input, image_shape, block_shape): blocks of an image as columns, added up at their places again; attributes <c>dilations</c>,
/// <c>pads</c> and <c>strides</c>, any number of spatial axes.
/// </summary>
internal sealed class Col2Im(AttributeMap attributes) : Operator
{
    protected override Kernel Bind(OperatorInputs inputs)
    {
        TensorInfo x = inputs.Float(0, "input");
        long[] image = inputs.RequiredIntegers(1, "image_shape"), block = inputs.RequiredIntegers(2, "block_shape");
        int axes = image.Length;
        if (block.Length != axes || axes is < 1 or > MaxRank || x.Shape.Rank != 3)
            throw Error($"blocks of {block.Length} axes, images of {axes}.");
        ImmutableArray<long> dilations = attributes.Ints("dilations"), pads = attributes.Ints("pads"), strides = attributes.Ints("strides");
        long At(ImmutableArray<long> list, int i, long orElse) => list.IsDefaultOrEmpty ? orElse : list[i];
        int[] counts = new int[axes];
        long columns = 1, size = 1, area = 1;
        for (int i = 0; i < axes; i++)
        {
            long extent = (At(dilations, i, 1) * (block[i] - 1)) + 1;
            long room = image[i] + At(pads, i, 0) + At(pads, i + axes, 0) - extent;
            if (room < 0 || block[i] < 1 || At(strides, i, 1) < 1)
                throw Error($"a block of {block[i]} does not fit an axis of {image[i]}.");
            counts[i] = checked((int)(room / At(strides, i, 1)) + 1);
            (columns, size, area) = (checked(columns * counts[i]), checked(size * block[i]), checked(area * image[i]));
        }

        if (x.Shape[1] % size != 0 || x.Shape[2] != columns)
            throw Error($"input {x.Shape} does not have {columns} columns of blocks of {size}.");
        int batch = x.Shape[0], channels = (int)(x.Shape[1] / size);
        TensorInfo output = Output(ElementType.Float32, [batch, channels, .. image]);

        // The place in the image of each element of each column, or -1 where it lies in the padding.
        int[] places = new int[checked((int)(size * columns))];
        for (int e = 0; e < size; e++)
            for (int l = 0; l < columns; l++)
            {
                long place = 0, scale = 1, element = e, column = l;
                bool inside = true;
                for (int i = axes - 1; i >= 0; i--)
                {
                    long at = (column % counts[i] * At(strides, i, 1)) + (element % block[i] * At(dilations, i, 1)) - At(pads, i, 0);
                    (column, element) = (column / counts[i], element / block[i]);
                    inside &= at >= 0 && at < image[i];
                    place += at * scale;
                    scale *= image[i];
                }

                places[(e * (int)columns) + l] = inside ? (int)place : -1;
            }

        int pixels = (int)area;
        return new Kernel(output, (in KernelCall c) =>
        {
            ReadOnlySpan<float> source = c.Input<float>(0);
            Span<float> y = c.Output<float>(0);
            y.Clear();
            for (int plane = 0; plane < batch * channels; plane++)
            {
                Span<float> target = y.Slice(plane * pixels, pixels);
                ReadOnlySpan<float> blocks = source.Slice(plane * places.Length, places.Length);
                for (int i = 0; i < places.Length; i++)
                    if (places[i] >= 0) target[places[i]] += blocks[i];
            }
        });
    }
}
