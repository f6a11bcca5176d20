using Cim.Runtime.Program;

namespace Cim.Compiler.Import.Passes.Transposed;

/// <summary>Puts the phases of an output between each other: position q of phase p is position q * stride + p.</summary>
/// <param name="builder">Takes the nodes.</param>
/// <param name="images">The leading dimension; negative if it is the batch.</param>
/// <param name="groups">Blocks of channels, each of which has all its phases together; 1 if phases are outermost.</param>
/// <param name="channels">Of the output.</param>
internal sealed class Interleave(PhaseBuilder builder, int images, int groups, int channels)
{
    /// <param name="phases">A value for each phase, the last axis fastest; or one for all of them.</param>
    /// <param name="strides">Phases of each axis.</param>
    /// <param name="counts">Positions of one phase along each axis.</param>
    /// <param name="output">Positions of the output along each axis: what goes beyond is cut off.</param>
    public void Build(IReadOnlyList<string> phases, ReadOnlySpan<int> strides, ReadOnlySpan<int> counts, ReadOnlySpan<int> output)
    {
        string value = phases[0];
        string name = value;
        if (phases.Count > 1) value = builder.Add("Concat", name + "_phases", [.. phases], AttributeMap.Empty.With("axis", 1));
        bool moves = false;
        foreach (int stride in strides) moves |= stride > 1;
        if (moves) value = Move(name, value, strides, counts);

        List<long> axes = [], ends = [];
        for (int i = 0; i < output.Length; i++)
        {
            if (counts[i] * strides[i] == output[i]) continue;
            axes.Add(i + 2);
            ends.Add(output[i]);
        }

        if (axes.Count > 0)
            builder.Add("Slice", name + "_crop",
                [
                    value, builder.Integers(name + "_crop_starts", new long[axes.Count]), builder.Integers(name + "_crop_ends", [.. ends]),
                    builder.Integers(name + "_crop_axes", [.. axes]),
                ],
                AttributeMap.Empty);
    }

    /// <summary>[images, groups, phases of y, of x, channels, y, x] to [images, groups, channels, y, phase of y, x, phase of x].</summary>
    private string Move(string name, string value, ReadOnlySpan<int> strides, ReadOnlySpan<int> counts)
    {
        int axes = strides.Length;
        long batch = images < 0 ? -1 : images;
        List<long> apart = [batch, groups], order = [0, 1, 2 + axes], merged = [batch, channels];
        for (int i = 0; i < axes; i++)
        {
            apart.Add(strides[i]);
            order.Add(3 + axes + i);
            order.Add(2 + i);
            merged.Add((long)strides[i] * counts[i]);
        }

        apart.Add(channels / groups);
        foreach (int count in counts) apart.Add(count);
        value = builder.Add("Reshape", name + "_apart", [value, builder.Integers(name + "_apart_shape", [.. apart])], AttributeMap.Empty);
        value = builder.Add("Transpose", name + "_interleave", [value], AttributeMap.Empty.With("perm", [.. order]));
        return builder.Add("Reshape", name + "_merge", [value, builder.Integers(name + "_merge_shape", [.. merged])], AttributeMap.Empty);
    }
}
