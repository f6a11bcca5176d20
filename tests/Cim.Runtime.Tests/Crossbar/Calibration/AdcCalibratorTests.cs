using Cim.Runtime.Crossbar;
using Cim.Runtime.Crossbar.Adc;
using Cim.Runtime.Crossbar.Calibration;
using Cim.Runtime.Crossbar.Planning;
using Cim.Runtime.Crossbar.Simulation;
using Cim.Runtime.Hardware;
using Cim.Runtime.Mapping;
using Cim.Runtime.Tests.Crossbar.Adc;

namespace Cim.Runtime.Tests.Crossbar.Calibration;

public sealed class AdcCalibratorTests
{
    [Fact]
    public void Every_sum_of_every_position_is_counted_once()
    {
        var random = new Random(1);
        foreach (WeightEncoding encoding in Enum.GetValues<WeightEncoding>())
        for (int i = 0; i < 8; i++)
        {
            (CrossbarLayer layer, HardwareProfile profile) = AdcTests.RandomCase(random, encoding);
            var calibrator = new AdcCalibrator(layer, profile);
            byte[] input = LayerCases.Input(random, layer, 3);
            calibrator.Observe(input, 3);
            var plan = new AnalogPlan(layer, profile);
            ReadOnlySpan<sbyte> w = layer.Weights.Span<sbyte>();
            for (int s = 0; s < plan.Cells.Slices.Length; s++)
            {
                (long low, long high, long count) = (long.MaxValue, long.MinValue, 0);
                for (int n = 0; n < 3; n++)
                for (int o = 0; o < layer.Outputs; o++)
                for (int p = 0; p < layer.PositionsPerImage; p++)
                foreach (RowTile tile in layer.Mapping.RowTiles)
                foreach (InputSlice slice in plan.Inputs)
                {
                    long sum = 0;
                    for (int r = tile.FirstRow; r < tile.FirstRow + tile.Rows; r++)
                    {
                        int q = LayerCases.X(layer, input, n, o / layer.ColumnsPerGroup, p, r) + layer.Input.ZeroPoint;
                        sum += slice.Of(q) * plan.Cells.Level(w[(o * layer.RowsPerGroup) + r], s);
                    }
                    (low, high, count) = (Math.Min(low, sum), Math.Max(high, sum), count + 1);
                }
                AdcHistogram histogram = calibrator.Histograms[s];
                Assert.Equal((low, high, count), (histogram.Minimum, histogram.Maximum, histogram.Total));
            }
        }
    }

    [Fact]
    public void Calibrated_ranges_lose_less_than_full_ones()
    {
        var random = new Random(2);
        CrossbarLayer layer = LayerCases.Matrix(random, 128, 16, 8) with
        {
            Mapping = Mappings.Of(1, 128, 16, 8, WeightEncoding.Differential, 7, 128),
        };
        HardwareProfile profile = Profiles.Plain with { AdcBits = 6, AdcRange = new AdcRange(AdcRangePolicy.Calibrated) };
        var calibrator = new AdcCalibrator(layer, profile);
        byte[] input = LayerCases.Input(random, layer, 32);
        calibrator.Observe(input, 32);
        double full = Error(layer);
        foreach (AdcRangeChoice choice in Enum.GetValues<AdcRangeChoice>())
            Assert.True(Error(layer with { AdcCalibration = calibrator.Choose(choice) }) < full / 2, choice.ToString());
        Assert.True(calibrator.Histograms[0].Saturated(AdcConverter.ForRange(-10, 10, 4, false)) > 0.5);

        double Error(CrossbarLayer l)
        {
            CrossbarLayer raw = l with { Epilogue = Epilogue.None };
            var plan = new AnalogPlan(raw, profile);
            ReadOnlySpan<float> y = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(
                LayerCases.Run(CrossbarSimulator.Prepare(raw, 0, profile, Fidelity.Adc, 0), raw, input, [], 32));
            ReadOnlySpan<float> exact = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(
                LayerCases.Run(CrossbarSimulator.Prepare(raw, 0, profile, Fidelity.Exact, 0), raw, input, [], 32));
            double sum = 0;
            for (int i = 0; i < y.Length; i++) sum += Math.Pow(y[i] - exact[i], 2);
            return Math.Sqrt(sum);
        }
    }
}
