using Cim.Compiler.Calibration;
using Cim.Compiler.Tests.Support;
using Cim.Runtime.Crossbar;
using Xunit;

namespace Cim.Compiler.Tests.Calibration;

public sealed class OffsetRangeTests
{
    private static ActivationHistogram Histogram(float[] values)
    {
        var histogram = new ActivationHistogram();
        histogram.Add(values, "t");
        return histogram;
    }

    private static QuantizationParameters Centred(ActivationHistogram histogram, int bits)
    {
        int levels = (1 << (bits - 1)) - 1;
        return new QuantizationParameters(
            (float)(RangeSelection.Threshold(histogram, levels, RangeMethod.MeanSquaredError) / levels), 0, bits, Signed: true);
    }

    private static double SquaredError(float[] values, QuantizationParameters p) => values.Sum(v =>
        Math.Pow(v - ((Math.Clamp(Math.Round(v / (double)p.Scale) + p.ZeroPoint, p.Min, p.Max) - p.ZeroPoint) * p.Scale), 2));

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(7)]
    public void A_normalised_dark_image_loses_far_less_with_an_offset_and_nearly_as_little_as_can_be(int bits)
    {
        float[] values = RandomNetworks.DarkImages(4, 784, 3);
        ActivationHistogram histogram = Histogram(values);
        QuantizationParameters centred = Centred(histogram, bits), chosen = OffsetRange.Instead(centred, histogram);
        Assert.Equal((false, bits), (chosen.Signed, chosen.Bits));
        Assert.InRange(chosen.ZeroPoint, 1, chosen.Max - 1);
        double error = SquaredError(values, chosen);
        Assert.True(error <= 0.7 * SquaredError(values, centred), $"{error} against {SquaredError(values, centred)}");
        double best = Enumerable.Range(1, chosen.Max - 1).Min(zero => Enumerable.Range(20, 100).Min(k =>
            SquaredError(values, new QuantizationParameters((float)(2.8 * k / (100.0 * chosen.Max)), zero, bits, Signed: false))));
        Assert.True(error <= best * 1.1, $"{error} against {best}");
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(6)]
    public void Values_of_either_sign_keep_their_zero(int bits)
    {
        ActivationHistogram histogram = Histogram(RandomNetworks.Samples(20, 784, 4));
        QuantizationParameters centred = Centred(histogram, bits);
        Assert.Same(centred, OffsetRange.Instead(centred, histogram));
    }

    [Fact]
    public void The_error_over_the_histogram_is_that_of_the_values()
    {
        float[] values = RandomNetworks.DarkImages(20, 784, 5);
        ActivationHistogram histogram = Histogram(values);
        foreach (var parameters in new[] {
            new QuantizationParameters(0.2f, 4, 4, false), new(0.3f, 0, 4, true), new(0.1f, 3, 4, false), new(0.15f, 14, 4, false) })
            Assert.Equal(SquaredError(values, parameters), OffsetRange.SquaredError(histogram, parameters),
                SquaredError(values, parameters) * 0.001);
    }
}
