using Cim.Runtime.Operators.Linear;
using Cim.Runtime.Program;

namespace Cim.Runtime.Operators.Spatial;

/// <summary>
/// ConvTranspose(X, W, B?) in float over 1 to 3 spatial axes with attributes group, strides, dilations, pads, auto_pad, output_padding
/// and output_shape, W [channels, outputs / group, kernel ...]. For weights that are computed; constant ones are brought onto crossbars as
/// ordinary convolutions at import. Per image and group the weights times the input give patches, which are added where they belong.
/// </summary>
internal sealed class ConvTranspose(AttributeMap attributes) : Operator
{
    /// <summary>Input positions whose patches are computed at a time: keeps them in cache.</summary>
    private const int BlockPositions = 256;

    protected override Kernel Bind(OperatorInputs inputs)
    {
        TensorInfo x = inputs.Float(0, "X"), w = inputs.Float(1, "W");
        TensorInfo? b = inputs.OptionalFloat(2, "B");
        long groupCount = attributes.Int("group", 1);
        if (x.Shape.Rank != w.Shape.Rank || x.Shape.Rank < 3)
            throw Error($"input {x.Shape} and weights {w.Shape} must both have 3 to 5 axes.");
        int channels = x.Shape[1];
        if (groupCount < 1 || groupCount > Math.Max(1, channels) || channels % groupCount != 0 || channels != w.Shape[0])
            throw Error($"weights {w.Shape} with {groupCount} groups do not fit the {channels} channels of input {x.Shape}.");
        int groups = (int)groupCount, groupIn = channels / groups, groupOut = w.Shape[1], outputs = checked(groupOut * groups);
        long[] kernel = w.Shape.ToLongs()[2..];
        if (attributes.Ints("kernel_shape") is { IsDefaultOrEmpty: false } given && !given.AsSpan().SequenceEqual(kernel))
            throw Error($"kernel_shape [{string.Join(",", given)}] is not that of the weights {w.Shape}.");
        if (b is not null && (b.Shape.Rank != 1 || b.Shape[0] != outputs)) throw Error($"bias {b.Shape} must have {outputs} elements.");
        WindowGeometry g = TransposedGeometry.Create(this, attributes, x.Shape, kernel);
        int spatial = x.Shape.Rank - 2, images = x.Shape[0], positions = g.OutputSize, size = g.InputSize;
        TensorInfo output = Output(ElementType.Float32,
            [images, outputs, .. g.Input[(WindowGeometry.Axes - spatial)..].Select(d => (long)d)]);
        int rows = checked(groupOut * g.KernelSize), block = Math.Min(positions, BlockPositions), patchFloats = checked(rows * block);
        return new Kernel(output, (in KernelCall c) =>
        {
            ReadOnlySpan<float> source = c.Input<float>(0), weights = c.Input<float>(1);
            Span<float> y = c.Output<float>(0), patches = c.WorkspaceAs<float>()[..patchFloats];
            for (int o = 0; o < images * outputs; o++)
                y.Slice(o * size, size).Fill(b is null ? 0 : c.Input<float>(2)[o % outputs]);
            for (int image = 0; image < images; image++)
            {
                for (int group = 0; group < groups; group++)
                {
                    ReadOnlySpan<float> input = source.Slice(((image * channels) + (group * groupIn)) * positions, groupIn * positions);
                    Span<float> target = y.Slice(((image * outputs) + (group * groupOut)) * size, groupOut * size);
                    for (int first = 0; first < positions; first += block)
                    {
                        int count = Math.Min(block, positions - first);
                        FloatGemm.Multiply(
                            new GemmShape(rows, count, groupIn) { RowA = 1, ColumnA = rows, RowB = positions },
                            weights.Slice(group * groupIn * rows, groupIn * rows), input[first..], patches);
                        AddPatches(g, patches, groupOut, first, count, target);
                    }
                }
            }
        }) { WorkspaceBytes = checked(patchFloats * sizeof(float)) };
    }

    /// <summary>Adds patches [(channel, kz, ky, kx), count] of <paramref name="count"/> input positions to the output.</summary>
    private static void AddPatches(WindowGeometry g, ReadOnlySpan<float> patches, int channels, int first, int count, Span<float> output)
    {
        int at = 0, plane = g.Output[1] * g.Output[2];
        for (int channel = 0; channel < channels; channel++)
        {
            Span<float> volume = output.Slice(channel * g.InputSize, g.InputSize);
            for (int kz = 0; kz < g.Kernel[0]; kz++)
            {
                for (int ky = 0; ky < g.Kernel[1]; ky++)
                {
                    for (int kx = 0; kx < g.Kernel[2]; kx++, at += count)
                    {
                        for (int i = 0; i < count; i++)
                        {
                            int position = first + i;
                            int z = (position / plane * g.Stride[0]) - g.PadBegin[0] + (kz * g.Dilation[0]);
                            int y = (position % plane / g.Output[2] * g.Stride[1]) - g.PadBegin[1] + (ky * g.Dilation[1]);
                            int x = (position % g.Output[2] * g.Stride[2]) - g.PadBegin[2] + (kx * g.Dilation[2]);
                            if ((uint)z < (uint)g.Input[0] && (uint)y < (uint)g.Input[1] && (uint)x < (uint)g.Input[2])
                                volume[(((z * g.Input[1]) + y) * g.Input[2]) + x] += patches[at + i];
                        }
                    }
                }
            }
        }
    }
}
