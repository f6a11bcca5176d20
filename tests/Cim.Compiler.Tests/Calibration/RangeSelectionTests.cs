using Cim.Compiler.Calibration;
using Cim.Compiler.Ort;
using Xunit;

namespace Cim.Compiler.Tests.Calibration;

public sealed class RangeSelectionTests
{
    private static float[] Normal(int count, ulong seed)
    {
        var sequence = new NormalSequence(seed);
        return [.. Enumerable.Range(0, count).Select(_ => sequence.Next())];
    }

    private static ActivationHistogram Histogram(IEnumerable<float[]> batches)
    {
        var histogram = new ActivationHistogram();
        foreach (float[] batch in batches) histogram.Add(batch, "t");
        return histogram;
    }

    [Fact]
    public void Min_max_is_the_largest_magnitude() =>
        Assert.Equal(3.5, RangeSelection.Threshold(Histogram([[-3.5f, 1, 2]]), 127, RangeMethod.MinMax));

    [Fact]
    public void The_percentile_leaves_out_its_share_of_outliers()
    {
        ActivationHistogram histogram = Histogram([[.. Enumerable.Range(1, 10_000).Select(i => i / 10_000f), 100]]);
        Assert.Equal(0.99, RangeSelection.Threshold(histogram, 127, RangeMethod.Percentile, 99), 2);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    public void The_squared_error_threshold_is_near_the_best_of_a_fine_search(int bits)
    {
        float[] data = Normal(20_000, 5);
        int levels = (1 << (bits - 1)) - 1;
        double Error(double threshold)
        {
            double scale = threshold / levels;
            return data.Sum(v => Math.Pow(Math.Abs(v) - (Math.Min(Math.Round(Math.Abs(v) / scale), levels) * scale), 2));
        }

        double chosen = RangeSelection.Threshold(Histogram([data]), levels, RangeMethod.MeanSquaredError);
        double best = Enumerable.Range(1, 500).Min(i => Error(i * 0.01));
        Assert.True(Error(chosen) <= best * 1.05, $"{Error(chosen)} at {chosen} against {best}");
    }

    [Fact]
    public void Integers_are_represented_exactly()
    {
        // Raw pixels: any scale but 1 would lose some.
        float[] pixels = [.. Enumerable.Range(0, 256).Select(i => (float)i)];
        Assert.Equal(255, RangeSelection.Threshold(Histogram([pixels]), 255, RangeMethod.MeanSquaredError));
    }

    [Fact]
    public void Entropy_clips_outliers_but_not_the_bulk()
    {
        ActivationHistogram histogram = Histogram([[.. Normal(50_000, 6), 40f]]);
        double threshold = RangeSelection.Threshold(histogram, 127, RangeMethod.Entropy);
        Assert.InRange(threshold, 2, 20);
    }

    [Fact]
    public void A_tensor_of_zeros_has_no_range()
    {
        foreach (RangeMethod method in Enum.GetValues<RangeMethod>())
            Assert.Equal(0, RangeSelection.Threshold(Histogram([[0, 0]]), 127, method));
    }
}
