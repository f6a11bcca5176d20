using System.Runtime.InteropServices;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Crossbar.Adc;
using Cim.Runtime.Crossbar.Devices;
using Cim.Runtime.Crossbar.Planning;
using Cim.Runtime.Crossbar.Programming;
using Cim.Runtime.Crossbar.Simulation;
using Cim.Runtime.Crossbar.SingleMatrix;
using Cim.Runtime.Hardware;
using Cim.Runtime.Tensors;

namespace Cim.Runtime.Tests.Crossbar.Devices;

/// <summary>Statistics of cells and converters, each within five standard errors.</summary>
public sealed class DeviceStatisticsTests
{
    private const int Cells = 100_000;

    [Theory, InlineData(1), InlineData(2), InlineData(4)]
    public void Write_verify_misses_the_window_as_often_as_all_pulses_miss(int pulses)
    {
        // One pulse misses a window of one sigma with probability 0.3173; the last one stays whatever it is.
        var error = new ProgrammingError("independent", 0.02) { Window = 0.02, Pulses = pulses };
        var programmer = new CellProgrammer(Profiles.Plain with { ProgrammingError = error }, 3, 0);
        int missed = Enumerable.Range(0, Cells).Count(i => Math.Abs(programmer.Program(5e-5, i / 300, i % 300, 1, 0) - 5e-5) > 0.02 * 1e-4);
        double expected = Math.Pow(0.317311, pulses);
        Assert.Equal(expected, (double)missed / Cells, 5 * Math.Sqrt(expected * (1 - expected) / Cells));
    }

    [Fact]
    public void Drift_exponents_spread_by_the_asked_sigma()
    {
        var programmer = new CellProgrammer(Profiles.Plain with { Drift = new Drift(0.03, 10_000) { NuSigma = 0.01 } }, 4, 0);
        double[] nu = [.. Enumerable.Range(0, Cells)
            .Select(i => -Math.Log(programmer.Program(5e-5, i / 300, i % 300, 1, 0) / 5e-5) / Math.Log(10_000))];
        Assert.Equal(0.03, nu.Average(), 5 * 0.01 / Math.Sqrt(Cells));
        Assert.Equal(0.01, Math.Sqrt(nu.Select(v => (v - 0.03) * (v - 0.03)).Average()), 5 * 0.01 / Math.Sqrt(2 * Cells));
    }

    [Fact]
    public void Errors_of_neighbouring_cells_layers_and_chips_are_independent()
    {
        HardwareProfile profile = Profiles.Plain with { ProgrammingError = new ProgrammingError("independent", 0.02), StuckOff = 0.1 };
        CellProgrammer one = new(profile, 5, 0), otherLayer = new(profile, 5, 1), otherChip = new(profile, 6, 0);
        double[] own = Errors(one, 0, 0);
        foreach (double[] other in new[] { Errors(one, 0, 1), Errors(one, 1, 0), Errors(otherLayer, 0, 0), Errors(otherChip, 0, 0) })
        {
            double mean = own.Average(), variance = own.Select(v => (v - mean) * (v - mean)).Average();
            double correlation = own.Zip(other, (a, b) => (a - mean) * (b - mean)).Average() / variance;
            Assert.Equal(0, correlation, 5 / Math.Sqrt(Cells));
        }

        // Cells two apart in rows and columns, so that shifted by one they are different ones.
        static double[] Errors(CellProgrammer p, int row, int column) =>
            [.. Enumerable.Range(0, Cells).Select(i => p.Program(5e-5, (2 * (i / 300)) + row, (2 * (i % 300)) + column, 1, 0) - 5e-5)];
    }

    [Fact]
    public void Programming_is_fixed_by_the_seed()
    {
        var random = new Random(1);
        CrossbarLayer layer = LayerCases.Matrix(random, 60, 9, 1);
        HardwareProfile profile = Profiles.Plain with
        {
            ProgrammingError = new ProgrammingError("proportional", 0.1),
            DieToDieSigma = 0.05,
            SpatialSigma = 0.05,
            StuckOn = 0.01,
        };
        float[] Chip(ulong seed) => ProgrammedCells.Program(new AnalogPlan(layer, profile), profile, 2, seed, false);
        Assert.Equal(Chip(9), Chip(9));
        Assert.NotEqual(Chip(9), Chip(10));
    }

    [Fact]
    public void Offsets_of_columns_are_constant_and_as_large_as_asked()
    {
        // Inputs of zero: what is read is the offset alone, rounded to a code.
        (CrossbarLayer layer, HardwareProfile profile) = OneSlice(256);
        profile = profile with { AdcOffsetSigma = 6, AdcBits = 8, AdcRange = new AdcRange(AdcRangePolicy.Fixed, -12_800, 12_700) };
        byte[] input = new byte[16 * 3];
        float[] y = Floats(layer, profile, input, 3);
        double step = new AnalogPlan(layer, profile).Converters[0].Step;
        Assert.Equal(100, step);
        double[] codes = [.. y.Take(layer.Outputs).Select(v => v / step)];
        Assert.All(codes, c => Assert.Equal(Math.Round(c), c, 1e-9));
        // Rounding adds 1/12 to the variance of 36.
        double sigma = Math.Sqrt(36 + (1 / 12.0)), n = codes.Length;
        Assert.Equal(0, codes.Average(), 5 * sigma / Math.Sqrt(n));
        Assert.Equal(sigma, Math.Sqrt(codes.Select(c => c * c).Average()), 5 * sigma / Math.Sqrt(2 * n));
        Assert.Equal(y[..layer.Outputs], y[layer.Outputs..(2 * layer.Outputs)]);
        Assert.NotEqual(y, Floats(layer, profile, input, 3, seed: 2));
    }

    [Fact]
    public void Gains_of_columns_are_constant_and_as_large_as_asked()
    {
        (CrossbarLayer layer, HardwareProfile profile) = OneSlice(400);
        layer = layer with
        {
            Weights = Tensor.Create<sbyte>(layer.Weights.Shape, [.. Enumerable.Repeat((sbyte)100, layer.Weights.Length)]),
        };
        profile = profile with { AdcGainSigma = 0.03, AdcBits = 0 };
        byte[] input = [.. Enumerable.Range(0, 16 * 2).Select(i => (byte)(i < 16 ? 200 : 50))];
        float[] y = Floats(layer, profile, input, 2);
        double[] gains = [.. y.Take(layer.Outputs).Select(v => v / (16 * 200 * 100.0))];
        Assert.Equal(1, gains.Average(), 5 * 0.03 / Math.Sqrt(layer.Outputs));
        Assert.Equal(0.03, Math.Sqrt(gains.Select(g => (g - 1) * (g - 1)).Average()), 5 * 0.03 / Math.Sqrt(2 * layer.Outputs));
        // A gain, not an offset: a quarter of the input reads a quarter.
        for (int o = 0; o < layer.Outputs; o++) Assert.Equal(y[o] / 4, y[layer.Outputs + o], Math.Abs(y[o]) * 1e-5);
    }

    [Fact]
    public void The_bits_of_a_layer_go_before_those_of_the_profile()
    {
        var random = new Random(2);
        CrossbarLayer layer = LayerCases.Matrix(random, 64, 4, 1);
        HardwareProfile profile = Profiles.Plain with { AdcBits = 8 };
        AdcConverter Of(int bits) => new AnalogPlan(layer with { AdcBits = bits }, profile).Converters[0];
        Assert.Equal(255, Of(0).MaxCode - Of(0).MinCode);
        Assert.Equal(31, Of(5).MaxCode - Of(5).MinCode);
        Assert.True(Of(5).Step > Of(0).Step);
    }

    [Fact]
    public void A_percentile_leaves_at_most_that_share_outside_and_the_least_squares_range_beats_it()
    {
        var random = new Random(3);
        var histogram = new AdcHistogram(-5000, 5000);
        int[] sums = [.. Enumerable.Range(0, 50_000)
            .Select(_ => (int)((random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5) * 600)), 5000, -5000];
        histogram.Add(sums);
        (double low, double high) = histogram.Percentile(1e-3);
        Assert.InRange(sums.Count(s => s < low), 0, 51);
        Assert.InRange(sums.Count(s => s > high), 0, 51);
        Assert.True(high < 1000 && low > -1000);
        (double Low, double High) mse = histogram.LeastSquares(6, false);
        Assert.True(Error(mse) <= Error((low, high)) && Error(mse) < Error((-5000, 5000)));

        double Error((double Low, double High) range)
        {
            AdcConverter adc = AdcConverter.ForRange(range.Low, range.High, 6, false);
            return sums.Sum(s => Math.Pow(s - adc.Read(s), 2));
        }
    }

    [Theory]
    [InlineData(WeightEncoding.Differential, -1.0)]
    [InlineData(WeightEncoding.Offset, -1.0)]
    [InlineData(WeightEncoding.DifferentialTwoSided, 0.0)]
    internal void Analog_matrices_of_any_size_and_tiling_are_multiplied(WeightEncoding encoding, double low)
    {
        var random = new Random(4);
        for (int i = 0; i < 30; i++)
        {
            int outputs = random.Next(1, 30), inputs = random.Next(1, 40);
            double[][] weights = Values(outputs, inputs, -1.3), x = Values(2, inputs, low);
            var matrix = new MatrixCase
            {
                Weights = weights, Inputs = x, WeightBits = 0, ActivationBits = 0, WeightRange = (-1, 1), ActivationRange = (low, 1),
                    Slices = 0,
                Profile = Profiles.Plain with
                {
                    Rows = random.Next(1, 50),
                    Columns = random.Next(2, 40),
                    DacBits = 0,
                    AdcBits = 0,
                    Encoding = encoding,
                },
                Fidelity = Fidelity.Device, Convention = QuantizerConvention.CrossSim, Seed = 1,
            };
            double[][] y = matrix.Run();
            for (int n = 0; n < 2; n++)
            for (int o = 0; o < outputs; o++)
                Assert.Equal(weights[o].Zip(x[n], (w, v) => Math.Clamp(w, -1, 1) * Math.Clamp(v, low, 1)).Sum(), y[n][o], 1e-9);
        }

        double[][] Values(int rows, int columns, double from) =>
            [.. Enumerable.Range(
                0, rows).Select(_ => Enumerable.Range(0, columns).Select(_ => from + (random.NextDouble() * (1.3 - from))).ToArray())];
    }

    // A layer whose weights fill one slice, so that a sum is the product itself.
    private static (CrossbarLayer, HardwareProfile) OneSlice(int outputs)
    {
        CrossbarLayer layer = LayerCases.Matrix(new Random(6), 16, outputs, 1, epilogue: Epilogue.None) with
        {
            Mapping = Mappings.Of(1, 16, outputs, 8, WeightEncoding.Differential, 7, 128),
                WeightScales = [.. Enumerable.Repeat(1f, outputs)],
            Bias = [.. new int[outputs]], Input = new QuantizationParameters(1, 0, 8, false),
        };
        return (layer, Profiles.Plain with { DacBits = 0, CellBits = 7, GOff = 0 });
    }

    private static float[] Floats(CrossbarLayer layer, HardwareProfile profile, byte[] input, int images, ulong seed = 1) =>
        MemoryMarshal.Cast<byte, float>(
            LayerCases.Run(CrossbarSimulator.Prepare(layer, 0, profile, Fidelity.Device, seed), layer, input, [], images)).ToArray();
}
