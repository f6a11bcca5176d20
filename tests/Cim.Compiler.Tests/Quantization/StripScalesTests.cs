using System.Collections.Immutable;
using Cim.Compiler.Precision;
using Cim.Compiler.Quantization;
using Cim.Tests.Shared;
using CsCheck;
using Xunit;

namespace Cim.Compiler.Tests.Quantization;

/// <summary>One scale for an output whose strips differ in width, and the shift of each strip.</summary>
public sealed class StripScalesTests
{
    private static readonly ImmutableArray<ImmutableArray<int>> _rows = [[0, 1, 2, 3], [4, 5, 6, 7]];

    [Fact]
    public void Strips_of_one_width_have_the_scale_of_the_whole_and_no_shift()
    {
        float[] w = Weights(1);
        (float scale, int[] shifts) = StripScales.Search(w, [], _rows, [4, 4]);
        Assert.Equal(WeightScales.Search(w, [], 4), scale);
        Assert.Equal([0, 0], shifts);
    }

    [Fact]
    public void A_strip_without_weights_counts_for_nothing()
    {
        float[] w = Weights(2);
        (float scale, _) = StripScales.Search(w, [], _rows, [4, 0]);
        Assert.Equal(WeightScales.Search(w.AsSpan(0, 4), [], 4), scale);
    }

    /// <summary>The second strip has a weight that no small step reaches.</summary>
    [Fact]
    public void No_other_shift_of_the_narrow_strip_has_less_error_at_the_same_scale() =>
        Gen.Select(Gen.Float[-0.5f, 0.5f].Array[4], Gen.Float[-0.3f, 0.3f].Array[3]).Holds(40, (wide, narrow) =>
    {
        float[] w = [.. wide, 0.3f, .. narrow];
        w[0] = 0.5f;
        (float scale, int[] shifts) = StripScales.Search(w, [], _rows, [8, 3]);
        Assert.Equal(0, shifts[0]);
        double least = Error(w, tile: 1, bits: 3, scale, shifts[1]);
        Assert.All(Enumerable.Range(0, 6), other => Assert.True(least <= Error(w, tile: 1, bits: 3, scale, other) * 1.0001));
    });

    [Fact]
    public void Powers_of_two_of_one_grid_are_represented_exactly()
    {
        // Strip 0 in units of 1 to 127, strip 1 in units of 16 to 7.
        float[] w = [127, -3, 64, 1, 16 * 7, -16, 32, -16 * 5];
        (float scale, int[] shifts) = StripScales.Search(w, [], _rows, [8, 4]);
        Assert.Equal(1, scale, 1e-5);
        Assert.Equal([0, 4], shifts);
    }

    private static double Error(float[] w, int tile, int bits, float scale, int shift) => _rows[tile].Sum(r =>
    {
        double step = scale * (1 << shift);
        return Math.Pow(w[r] - (WeightScales.Round(w[r] / step, WeightScales.Levels(bits)) * step), 2);
    });

    private static float[] Weights(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, 8).Select(i => (random.NextSingle() - 0.5f) * (i < 4 ? 1 : 0.6f))];
    }
}
