using Cim.Runtime.Crossbar;
using Cim.Runtime.Crossbar.Adc;
using Cim.Runtime.Crossbar.Calibration;
using Cim.Runtime.Hardware;

namespace Cim.Runtime.Tests.Crossbar.Calibration;

/// <summary>What of a layer's inputs is collected, and what its sums then are.</summary>
public sealed class CalibrationInputsTests
{
    private static readonly HardwareProfile _hardware = Profiles.Plain with { AdcBits = 8, DacBits = 1, AdcPerInputSlice = true };

    [Fact]
    public void A_small_layer_is_measured_at_every_position_of_every_image()
    {
        var random = new Random(1);
        CrossbarLayer layer = LayerCases.Convolution(random, new LayerCases.Shape2D(6, 9, 8, 3, 2, 1, 1, 2, 4));
        byte[] input = LayerCases.Input(random, layer, 5);
        var whole = new AdcCalibrator(layer, _hardware);
        whole.Observe(input, 5);
        CalibrationInputs collected = Collect(layer, input, 5, batch: 2);
        Assert.False(collected.IsSample);
        Assert.Same(layer, collected.Measured);
        AssertEqual(whole.Histograms, Assert.Single(collected.Measure(_hardware)).Histograms);
    }

    [Theory]
    [InlineData(64, 112, 3, 1, 64)] // a convolution on large images
    [InlineData(512, 14, 3, 1, 512)] // many weights
    [InlineData(96, 112, 3, 96, 96)] // depthwise
    [InlineData(25_088, 1, 1, 1, 512)] // a matrix
    [InlineData(24, 320, 3, 1, 24)] // few outputs
    public void What_a_large_layer_takes_is_bounded(int channels, int size, int kernel, int groups, int outputs)
    {
        var random = new Random(2);
        CrossbarLayer layer = size == 1 ? LayerCases.Matrix(random, channels, outputs, 1)
            : LayerCases.Convolution(random, new LayerCases.Shape2D(channels, size, size, kernel, 1, kernel / 2, 1, groups, outputs));
        const int Images = 24;
        var collected = new CalibrationInputs(layer, _hardware, Images);
        byte[] image = LayerCases.Input(random, layer, 1);
        for (int i = 0; i < Images; i++) collected.Add(image, 1);

        Assert.True(collected.IsSample);
        CrossbarLayer measured = collected.Measured;
        int reads = 8, slices = layer.Mapping.SliceBits.Length;
        double products = (double)collected.Collected * measured.RowsPerGroup * measured.Outputs * slices * reads;
        // Sixty-four outputs at two hundred and fifty-six positions are measured in any case.
        double least = 256.0 * measured.RowsPerGroup * Math.Min(64 * groups, layer.Outputs) * slices * reads;
        Assert.InRange(products, 1, 1.1 * Math.Max(CalibrationInputs.MaxProducts, least));
        Assert.InRange((long)collected.Collected * measured.RowsPerGroup * groups, 1, 1.1 * Math.Max(1 << 24, 256 * layer.RowsPerGroup));
    }

    [Fact]
    public void The_sums_of_a_sample_lie_as_those_of_all_positions_do()
    {
        var random = new Random(3);
        CrossbarLayer layer = Wide(random);
        byte[] input = LayerCases.Input(random, layer, 2);
        var whole = new AdcCalibrator(layer, _hardware);
        whole.Observe(input, 2);
        CalibrationInputs collected = Collect(layer, input, 2, batch: 2);
        Assert.True(collected.IsSample);
        Assert.InRange(collected.Collected, 1000, layer.PositionsPerImage);
        IReadOnlyList<AdcHistogram> sampled = Assert.Single(collected.Measure(_hardware)).Histograms;
        for (int s = 0; s < sampled.Count; s++)
        {
            Assert.InRange(sampled[s].Minimum, whole.Histograms[s].Minimum, whole.Histograms[s].Maximum);
            Assert.InRange(sampled[s].Maximum, whole.Histograms[s].Minimum, whole.Histograms[s].Maximum);
            // Both ends of the middle 98 %: of two million sums and of thousands the same whole numbers, but for one.
            (double low, double high) = sampled[s].Percentile(0.01);
            (double Low, double High) all = whole.Histograms[s].Percentile(0.01);
            Assert.InRange(low, all.Low - 1, all.Low + 1);
            Assert.InRange(high, all.High - 1, all.High + 1);
        }
    }

    [Fact]
    public void How_images_are_cut_into_batches_changes_nothing()
    {
        var random = new Random(4);
        CrossbarLayer layer = Wide(random);
        byte[] input = LayerCases.Input(random, layer, 2);
        AssertEqual(Collect(layer, input, 2, batch: 2).Measure(_hardware)[0].Histograms,
            Collect(layer, input, 2, batch: 1).Measure(_hardware)[0].Histograms);
    }

    /// <summary>Little arithmetic, and inputs too large to be held.</summary>
    private static CrossbarLayer Wide(Random random) =>
        LayerCases.Convolution(random, new LayerCases.Shape2D(2, 1100, 1100, 3, 1, 1, 1, 1, 1));

    private static CalibrationInputs Collect(CrossbarLayer layer, byte[] input, int images, int batch)
    {
        var collected = new CalibrationInputs(layer, _hardware, images);
        int size = input.Length / images;
        for (int i = 0; i < images; i += batch)
        {
            int count = Math.Min(batch, images - i);
            collected.Add(input.AsSpan(i * size, count * size), count);
        }

        return collected;
    }

    private static void AssertEqual(IReadOnlyList<AdcHistogram> a, IReadOnlyList<AdcHistogram> b)
    {
        Assert.Equal(a.Count, b.Count);
        for (int s = 0; s < a.Count; s++)
        {
            Assert.Equal((a[s].Minimum, a[s].Maximum, a[s].Total), (b[s].Minimum, b[s].Maximum, b[s].Total));
            foreach (double outside in new[] { 0.001, 0.01, 0.1, 0.3 }) Assert.Equal(a[s].Percentile(outside), b[s].Percentile(outside));
        }
    }
}
