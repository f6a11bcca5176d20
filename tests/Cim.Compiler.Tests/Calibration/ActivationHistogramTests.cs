using Cim.Compiler.Calibration;
using Cim.Compiler.Ort;
using Cim.Runtime;
using Xunit;

namespace Cim.Compiler.Tests.Calibration;

/// <summary>Magnitudes counted as samples come in.</summary>
public sealed class ActivationHistogramTests
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
    public void The_histogram_does_not_depend_on_how_the_data_is_cut()
    {
        float[] data = [.. Normal(5000, 1), .. Normal(100, 2).Select(v => v * 50), 0, 0, 1e-3f];
        ActivationHistogram whole = Histogram([data]);
        foreach (int size in new[] { 1, 7, 999 })
        {
            ActivationHistogram cut = Histogram(data.Chunk(size));
            Assert.Equal(whole.Limit, cut.Limit);
            Assert.Equal(whole.Bins.ToArray(), cut.Bins.ToArray());
            Assert.Equal(whole.Negative.ToArray(), cut.Negative.ToArray());
            Assert.Equal((whole.Count, whole.Zeros, whole.Minimum, whole.Maximum), (cut.Count, cut.Zeros, cut.Minimum, cut.Maximum));
        }
    }

    [Fact]
    public void Merged_histograms_equal_the_histogram_of_all()
    {
        float[] a = Normal(1000, 3), b = [.. Normal(1000, 4).Select(v => v * 9)];
        ActivationHistogram merged = Histogram([a]);
        merged.Merge(Histogram([b]));
        Assert.Equal(Histogram([a, b]).Bins.ToArray(), merged.Bins.ToArray());
        Assert.Equal(Histogram([a, b]).Negative.ToArray(), merged.Negative.ToArray());
    }

    [Fact]
    public void Every_value_lies_in_the_bin_of_its_magnitude_and_zeros_in_none()
    {
        ActivationHistogram histogram = Histogram([[0, 1, -1, 0.25f, -3, 0]]);
        Assert.Equal((4, 2, 6), (histogram.Limit, histogram.Zeros, histogram.Count));
        int Bin(double magnitude) => (int)(magnitude / histogram.BinWidth);
        Assert.Equal([(Bin(0.25), 1L, 0L), (Bin(1), 2L, 1L), (Bin(3), 1L, 1L)], Enumerable.Range(0, ActivationHistogram.BinCount)
            .Where(i => histogram.Bins[i] > 0).Select(i => (i, histogram.Bins[i], histogram.Negative[i])));
        Assert.Equal((-3f, 1f), (histogram.Minimum, histogram.Maximum));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void A_value_that_is_not_finite_is_an_error_that_names_the_tensor(float bad)
    {
        var e = Assert.Throws<CimException>(() => new ActivationHistogram().Add([1, bad], "relu_7"));
        Assert.Equal(ErrorCodes.InvalidData, e.Code);
        Assert.Contains("'relu_7'", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Marks_that_a_maximum_ignores_are_no_values()
    {
        var histogram = new ActivationHistogram();
        histogram.Add([float.NegativeInfinity, -float.MaxValue, 2, -1], "padded", ignoresLowest: true);
        Assert.Equal((2L, -1f, 2f), (histogram.Count, histogram.Minimum, histogram.Maximum));
    }
}
