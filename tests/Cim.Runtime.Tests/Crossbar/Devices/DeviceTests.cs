using System.Runtime.InteropServices;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Crossbar.Analog;
using Cim.Runtime.Crossbar.Devices;
using Cim.Runtime.Crossbar.Planning;
using Cim.Runtime.Crossbar.Programming;
using Cim.Runtime.Crossbar.Simulation;
using Cim.Runtime.Hardware;
using Cim.Runtime.Simd;
using Cim.Runtime.Tests.Crossbar.Adc;

namespace Cim.Runtime.Tests.Crossbar.Devices;

public sealed class DeviceTests
{
    public static TheoryData<int> Levels => [.. SimdLevels.Supported.Select(l => (int)l)];

    [Theory, MemberData(nameof(Levels))]
    public void Cells_without_errors_equal_the_adc_fidelity(int level)
    {
        var random = new Random(1);
        foreach (WeightEncoding encoding in Enum.GetValues<WeightEncoding>())
        for (int i = 0; i < 12; i++)
        {
            (CrossbarLayer layer, HardwareProfile profile) = AdcTests.RandomCase(random, encoding);
            layer = layer with { AdcBits = random.Next(2, 9) };
            profile = profile with { GOff = random.Next(2) == 0 ? 0 : 3.7e-6 };
            var plan = new AnalogPlan(layer, profile);
            byte[] input = LayerCases.Input(random, layer, 2), residual = LayerCases.Residual(random, layer, 2);
            byte[] adc = LayerCases.Run(AnalogLayers.Create(plan, null, null, (SimdLevel)level), layer, input, residual, 2);
            float[] levels = ProgrammedCells.Program(plan, profile, 3, 99, false);
            byte[] device = LayerCases.Run(
                AnalogLayers.Create(plan, levels, ColumnErrors.Of(plan, profile, 3, 99), (SimdLevel)level), layer, input, residual, 2);
            Assert.Equal(adc, device);
        }
    }

    [Fact]
    public void Every_width_and_every_split_of_the_images_gives_the_same_bytes()
    {
        var random = new Random(2);
        HardwareProfile noisy = Profiles.Plain with
        {
            ProgrammingError = new ProgrammingError("independent", 0.02), ReadNoiseSigma = 0.01, StuckOn = 0.01, StuckOff = 0.02,
            Drift = new Drift(0.01, 1000) { NuSigma = 0.002 }, DieToDieSigma = 0.02, SpatialSigma = 0.02, AdcGainSigma = 0.01,
            AdcOffsetSigma = 0.3, WordLineResistance = 2, BitLineResistance = 3, AdcRange = new AdcRange(AdcRangePolicy.Full), AdcBits = 6,
        };
        foreach (WeightEncoding encoding in Enum.GetValues<WeightEncoding>())
        {
            (CrossbarLayer layer, HardwareProfile profile) = AdcTests.RandomCase(random, encoding);
            layer = layer with { Epilogue = Epilogue.None };
            profile = noisy with { DacBits = profile.DacBits, AdcPerInputSlice = profile.AdcPerInputSlice, Encoding = encoding };
            byte[] input = LayerCases.Input(random, layer, 5), residual = LayerCases.Residual(random, layer, 5);
            byte[]? expected = null;
            foreach (SimdLevel level in SimdLevels.Supported)
            {
                PreparedLayer prepared = CrossbarSimulator.Prepare(layer, 4, profile, Fidelity.Circuit, 7, level);
                byte[] all = LayerCases.Run(prepared, layer, input, residual, 5);
                expected ??= all;
                Assert.Equal(expected, all);
                byte[] first = LayerCases.Run(prepared, layer, input[..(input.Length / 5 * 2)], residual[..(residual.Length / 5 * 2)], 2);
                byte[] rest = LayerCases.Run(
                    prepared, layer, input[(input.Length / 5 * 2)..], residual[(residual.Length / 5 * 2)..], 3, firstImage: 2);
                Assert.Equal(expected, first.Concat(rest).ToArray());
            }
            Assert.NotEqual(
                expected, LayerCases.Run(CrossbarSimulator.Prepare(layer, 4, profile, Fidelity.Circuit, 8), layer, input, residual, 5));
        }
    }

    [Fact]
    public void Table_lookup_equals_masked_additions()
    {
        if (SimdLevels.Widest < SimdLevel.Vector256) return;
        var random = new Random(12);
        foreach (WeightEncoding encoding in Enum.GetValues<WeightEncoding>())
        for (int i = 0; i < 15; i++)
        {
            (CrossbarLayer layer, HardwareProfile profile) = AdcTests.RandomCase(random, encoding);
            if (i % 3 == 0)
                layer = layer with
                {
                    Mapping = Mappings.Of(
                        layer.Groups, layer.RowsPerGroup, layer.ColumnsPerGroup, layer.WeightBits, WeightEncoding.Differential, 7, 128),
                };
            profile = profile with
            {
                DacBits = 1, AdcPerInputSlice = true, AdcBits = random.Next(2, 11), Encoding = layer.Mapping.Encoding,
                ProgrammingError = new ProgrammingError("independent", 0.05), StuckOn = 0.02,
                ReadNoiseSigma = i % 2 == 0 ? 0.02 : 0, AdcOffsetSigma = i % 5 == 0 ? 0.5 : 0, AdcGainSigma = 0.02,
            };
            var plan = new AnalogPlan(layer, profile);
            float[] levels = ProgrammedCells.Program(plan, profile, 1, 5, false);
            ColumnErrors errors = ColumnErrors.Of(plan, profile, 1, 5);
            byte[] input = LayerCases.Input(random, layer, 3), residual = LayerCases.Residual(random, layer, 3);
            byte[] expected = LayerCases.Run(AnalogLayers.Create(plan, levels, errors, SimdLevels.Default), layer, input, residual, 3);
            byte[] actual = LayerCases.Run(
                new LookupLayer(plan, FixedLevels.OfEffective(plan, levels)!, errors), layer, input, residual, 3);
            Assert.Equal(expected, actual);
        }
    }

    [Fact]
    public void Fixed_point_levels_are_off_by_less_than_float_sums()
    {
        var random = new Random(13);
        (CrossbarLayer layer, HardwareProfile profile) = AdcTests.RandomCase(random, WeightEncoding.Differential);
        var plan = new AnalogPlan(layer, profile with { DacBits = 1, AdcPerInputSlice = true });
        float[] levels = ProgrammedCells.Program(
            plan, profile with { ProgrammingError = new ProgrammingError("proportional", 0.1) }, 1, 5, false);
        FixedLevels rounded = FixedLevels.OfEffective(plan, levels)!;
        int length = levels.Length / plan.Cells.Slices.Length;
        for (int i = 0; i < levels.Length; i++)
        {
            float largest = levels.AsSpan(i / length * length, length).ToArray().Max(Math.Abs);
            // A step is at most 2^-18 of the largest level, the error half of it.
            Assert.Equal(levels[i], rounded.Values[i] * Math.ScaleB(1, -rounded.FractionBits[i / length]), largest / (1 << 19));
        }
    }

    [Theory]
    [InlineData("independent", 0.02, 0.5, 0.02)]
    [InlineData("proportional", 0.1, 0.5, 0.05)]
    [InlineData("inverse-proportional", 0.01, 0.5, 0.02)]
    [InlineData("uniform", 0.02, 0.3, 0.02)]
    public void Applied_sigma_is_the_asked_one(string model, double sigma, double share, double expected)
    {
        HardwareProfile profile = Profiles.Plain with { ProgrammingError = new ProgrammingError(model, sigma) };
        (double mean, double deviation) = Errors(profile, share * profile.GOn);
        // Standard errors of mean and deviation over 200,000 cells: 0.22 % and 0.16 % of sigma; five of them.
        Assert.Equal(0, mean / profile.GOn, expected * 0.012);
        Assert.Equal(expected, deviation / profile.GOn, expected * 0.012);
    }

    [Theory]
    [InlineData("wan2022", 20e-6, 2.3618e-6)]
    [InlineData("milo2021", 100e-6, 3.87e-6)]
    [InlineData("reram-wan-aihwkit", 20e-6, 2.0231875e-6)]
    public void Measured_models_apply_their_curve(string model, double target, double expected)
    {
        (_, double deviation) = Errors(Profiles.Plain with { ProgrammingError = new ProgrammingError(model, 0) }, target);
        Assert.Equal(expected, deviation, expected * 0.01);
    }

    [Fact]
    public void A_users_table_is_interpolated()
    {
        var error = new ProgrammingError("table", 0) { Table = [(0, 1e-6), (50e-6, 2e-6), (100e-6, 1e-6)] };
        (_, double deviation) = Errors(Profiles.Plain with { ProgrammingError = error }, 75e-6);
        Assert.Equal(1.5e-6, deviation, 1.5e-8);
    }

    [Fact]
    public void Write_verify_keeps_errors_inside_the_window()
    {
        var error = new ProgrammingError("independent", 0.05) { Window = 0.03, Pulses = 200 };
        var programmer = new CellProgrammer(Profiles.Plain with { ProgrammingError = error }, 1, 0);
        for (int i = 0; i < 5000; i++)
            Assert.InRange(programmer.Program(5e-5, i, 0, 1, 0), 5e-5 - 3e-6, 5e-5 + 3e-6);
    }

    [Fact]
    public void Stuck_cells_occur_at_the_asked_rate()
    {
        HardwareProfile profile = Profiles.Plain with { StuckOn = 0.01, StuckOff = 0.03 };
        var programmer = new CellProgrammer(profile, 5, 2);
        int on = 0, off = 0;
        const int Cells = 400_000;
        for (int i = 0; i < Cells; i++)
        {
            double g = programmer.Program(5e-5, i / 500, i % 500, 1, 0);
            if (g == profile.GOn) on++;
            else if (g == profile.GOff) off++;
            else Assert.Equal(5e-5, g);
        }
        // Binomial standard deviations 63 and 108; five of them.
        Assert.InRange(on, 4000 - 315, 4000 + 315);
        Assert.InRange(off, 12000 - 540, 12000 + 540);
    }

    [Fact]
    public void Drift_temperature_and_variation_scale_the_conductance()
    {
        var drifting = new CellProgrammer(Profiles.Plain with { Drift = new Drift(0.05, 3600) }, 1, 0);
        Assert.Equal(5e-5 * Math.Pow(3600, -0.05), drifting.Program(5e-5, 1, 1, 1, 0), 1e-15);
        var warm = new CellProgrammer(Profiles.Plain with { Temperature = 350, TemperatureCoefficient = -0.001 }, 1, 0);
        Assert.Equal(5e-5 * 0.95, warm.Program(5e-5, 1, 1, 1, 0), 1e-15);
        var dies = new CellProgrammer(Profiles.Plain with { DieToDieSigma = 0.1 }, 1, 0);
        double[] factors = [.. Enumerable.Range(0, 20_000).Select(dies.Die)];
        Assert.Equal(1, factors.Average(), 0.004);
        Assert.Equal(0.1, Math.Sqrt(factors.Select(f => (f - 1) * (f - 1)).Average()), 0.003);
    }

    [Fact]
    public void Spatial_variation_has_unit_variance_everywhere_and_fades_with_distance()
    {
        HardwareProfile profile = Profiles.Plain with { SpatialSigma = 0.1, SpatialLength = 8 };
        var programmer = new CellProgrammer(profile, 3, 0);
        double near = 0, far = 0, variance = 0;
        const int Arrays = 20_000;
        for (int a = 0; a < Arrays; a++)
        {
            SpatialVariation field = programmer.Spatial(a)!;
            double x = field.At(5, 3);
            variance += x * x;
            near += x * field.At(5, 4);
            far += x * field.At(5, 30);
        }
        Assert.Equal(1, variance / Arrays, 0.05);
        Assert.InRange(near / Arrays, 0.9, 1.02);
        Assert.Equal(0, far / Arrays, 0.04);
    }

    [Fact]
    public void Read_noise_is_fresh_normal_and_as_large_as_the_cells_together()
    {
        var random = new Random(3);
        // One output, one unit-weight slice, all inputs 255: variance = 2 cells * rows * 255^2 * sigma^2.
        CrossbarLayer layer = LayerCases.Matrix(random, 100, 1, 16, epilogue: Epilogue.None) with
        {
            Mapping = Mappings.Of(1, 100, 1, 8, WeightEncoding.Differential, 7, 128), WeightScales = [1f],
            Input = new QuantizationParameters(1, 0, 8, false),
        };
        HardwareProfile profile = Profiles.Plain with { DacBits = 0, AdcBits = 0, ReadNoiseSigma = 0.01, GOff = 0, CellBits = 7 };
        byte[] input = new byte[1600 * 1000];
        Array.Fill(input, (byte)255);
        PreparedLayer prepared = CrossbarSimulator.Prepare(layer, 0, profile, Fidelity.Device, 11);
        ReadOnlySpan<float> y = MemoryMarshal.Cast<byte, float>(LayerCases.Run(prepared, layer, input, [], 1000));
        double exact = LayerCases.Sums(layer, input, 1)[0];
        double[] noise = [.. y.ToArray().Select(v => v - exact)];
        double expected = 0.01 * 127 * Math.Sqrt(2 * 100) * 255;
        // 16,000 draws: standard errors 0.8 % and 0.56 %; five of them.
        Assert.Equal(0, noise.Average(), expected * 0.04);
        Assert.Equal(expected, Math.Sqrt(noise.Select(n => n * n).Average()), expected * 0.028);
        Assert.Equal(3, noise.Select(n => Math.Pow(n / expected, 4)).Average(), 0.25);
        Assert.True(noise.Distinct().Count() > 15_000);
        double correlation = noise.Zip(noise.Skip(1), (a, b) => a * b).Average() / expected / expected;
        Assert.Equal(0, correlation, 0.04);
    }

    private static (double Mean, double Deviation) Errors(HardwareProfile profile, double target)
    {
        var programmer = new CellProgrammer(profile, 42, 1);
        double sum = 0, squares = 0;
        const int Cells = 200_000;
        for (int i = 0; i < Cells; i++)
        {
            double e = programmer.Program(target, i / 400, i % 400, 1, 0) - target;
            (sum, squares) = (sum + e, squares + (e * e));
        }
        return (sum / Cells, Math.Sqrt((squares / Cells) - (sum / Cells * sum / Cells)));
    }
}
