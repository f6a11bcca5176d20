using Cim.Runtime.Operators.Linear;
using Cim.Runtime.Program;

namespace Cim.Runtime.Operators.Spatial;

/// <summary>
/// Conv(X, W, B?) in float over 1 to 3 spatial axes with attributes group, strides, dilations, pads, auto_pad. The digital
/// fallback for convolutions that do not lie on crossbars: per image and group a patch matrix times the weights.
/// Products are added in (channel, depth, row, column) order, then the bias.
/// </summary>
internal sealed class Conv(AttributeMap attributes) : Operator
{
    /// <summary>Patch positions gathered at a time: keeps the patch matrix in cache.</summary>
    private const int BlockPositions = 256;

    protected override Kernel Bind(OperatorInputs inputs)
    {
        TensorInfo x = inputs.Float(0, "X"), w = inputs.Float(1, "W");
        TensorInfo? b = inputs.OptionalFloat(2, "B");
        long groupCount = attributes.Int("group", 1);
        if (x.Shape.Rank != w.Shape.Rank || x.Shape.Rank < 3)
            throw Error($"input {x.Shape} and weights {w.Shape} must both have 3 to 5 axes.");
        int channels = x.Shape[1], outputs = w.Shape[0];
        if (groupCount < 1 || groupCount > Math.Max(1, outputs) || outputs % groupCount != 0 || channels != w.Shape[1] * groupCount)
            throw Error($"weights {w.Shape} with {groupCount} groups do not fit the {channels} channels of input {x.Shape}.");
        long[] kernel = w.Shape.ToLongs()[2..];
        if (attributes.Ints("kernel_shape") is { IsDefault: false } given && !given.AsSpan().SequenceEqual(kernel))
            throw Error($"kernel_shape [{string.Join(",", given)}] is not that of the weights {w.Shape}.");
        if (b is not null && (b.Shape.Rank != 1 || b.Shape[0] != outputs)) throw Error($"bias {b.Shape} must have {outputs} elements.");
        WindowGeometry g = WindowGeometry.Create(this, attributes, x.Shape, kernel);
        TensorInfo output = Output(ElementType.Float32, g.OutputDims(x.Shape[0], outputs, x.Shape.Rank - 2));
        int images = x.Shape[0], groups = (int)groupCount, groupIn = channels / groups, groupOut = outputs / groups;
        int depth = checked(groupIn * g.KernelSize), positions = g.OutputSize, block = Math.Min(positions, BlockPositions);
        int patchFloats = checked(depth * block);
        return new Kernel(output, (in KernelCall c) =>
        {
            ReadOnlySpan<float> source = c.Input<float>(0), weights = c.Input<float>(1);
            Span<float> y = c.Output<float>(0), patches = c.WorkspaceAs<float>()[..patchFloats];
            for (int image = 0; image < images; image++)
            {
                for (int group = 0; group < groups; group++)
                {
                    ReadOnlySpan<float> input = source.Slice(((image * channels) + (group * groupIn)) * g.InputSize, groupIn * g.InputSize);
                    Span<float> target = y.Slice(((image * outputs) + (group * groupOut)) * positions, groupOut * positions);
                    for (int first = 0; first < positions; first += block)
                    {
                        int count = Math.Min(block, positions - first);
                        GatherPatches(g, input, groupIn, first, count, patches);
                        FloatGemm.Multiply(new GemmShape(groupOut, count, depth) { RowC = positions },
                            weights.Slice(group * groupOut * depth, groupOut * depth), patches, target[first..]);
                    }
                }
            }

            if (b is null) return;
            ReadOnlySpan<float> bias = c.Input<float>(2);
            for (int i = 0; i < images * outputs; i++)
            {
                float offset = bias[i % outputs];
                foreach (ref float v in y.Slice(i * positions, positions)) v += offset;
            }
        }) { WorkspaceBytes = checked(patchFloats * sizeof(float)) };
    }

    /// <summary>Writes patches as [depth, count]: row (channel, kz, ky, kx), one column per output position.</summary>
    private static void GatherPatches(WindowGeometry g, ReadOnlySpan<float> input, int channels, int first, int count, Span<float> patches)
    {
        int at = 0, plane = g.Output[1] * g.Output[2];
        for (int channel = 0; channel < channels; channel++)
        {
            ReadOnlySpan<float> volume = input.Slice(channel * g.InputSize, g.InputSize);
            for (int kz = 0; kz < g.Kernel[0]; kz++)
            {
                for (int ky = 0; ky < g.Kernel[1]; ky++)
                {
                    for (int kx = 0; kx < g.Kernel[2]; kx++, at += count)
                    {
                        Span<float> row = patches.Slice(at, count);
                        int oz = first / plane, oy = first % plane / g.Output[2], ox = first % g.Output[2];
                        for (int i = 0; i < count;)
                        {
                            int run = Math.Min(g.Output[2] - ox, count - i);
                            int iz = (oz * g.Stride[0]) - g.PadBegin[0] + (kz * g.Dilation[0]);
                            int iy = (oy * g.Stride[1]) - g.PadBegin[1] + (ky * g.Dilation[1]);
                            int ix = (ox * g.Stride[2]) - g.PadBegin[2] + (kx * g.Dilation[2]);
                            bool inside = (uint)iz < (uint)g.Input[0] && (uint)iy < (uint)g.Input[1];
                            if (inside)
                                GatherRow(volume.Slice(((iz * g.Input[1]) + iy) * g.Input[2], g.Input[2]), ix, g.Stride[2],
                                    row.Slice(i, run));
                            else row.Slice(i, run).Clear();
                            i += run;
                            ox = 0;
                            if (++oy == g.Output[1]) (oy, oz) = (0, oz + 1);
                        }
                    }
                }
            }
        }
    }

    private static void GatherRow(ReadOnlySpan<float> line, int start, int stride, Span<float> row)
    {
        if (stride == 1 && start >= 0 && start + row.Length <= line.Length)
        {
            line.Slice(start, row.Length).CopyTo(row);
            return;
        }

        for (int i = 0; i < row.Length; i++, start += stride) row[i] = (uint)start < (uint)line.Length ? line[start] : 0;
    }
}
