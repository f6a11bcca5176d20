using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Crossbar.Adc;
using Cim.Runtime.Crossbar.Planning;
using Cim.Runtime.Crossbar.Simulation;
using Cim.Runtime.Crossbar.SingleMatrix;
using Cim.Runtime.Hardware;
using Cim.Runtime.Tests.Crossbar.Adc;
using Cim.Tests.Shared;
using CsCheck;

namespace Cim.Runtime.Tests.Crossbar;

/// <summary>A converter with <c>adcRange: [low, high]</c>: its lowest code is low, its highest is high.</summary>
public sealed class FixedRangeTests
{
    private static readonly Gen<(double Low, double High)> _limits = Gen.OneOf(
        Gen.Select(Gen.Int[-400, 400], Gen.Int[1, 600], (low, width) => ((double)low, (double)(low + width))),
        Gen.Select(Gen.Double[-300, 300], Gen.Double[1e-9, 500], (low, width) => (low, low + width)),
        Gen.Double[1e-9, 2].Select(limit => (-limit, limit)));

    internal static AdcRange RandomLimits(Random random)
    {
        double low = random.Next(3) == 0 ? -random.Next(1, 200) : random.Next(-150, 30) + random.NextDouble();
        double width = random.Next(3) == 0 ? random.Next(1, 300) : 200 * Math.Pow(random.NextDouble(), 3) + 1e-6;
        return new AdcRange(AdcRangePolicy.Fixed, low, low + width);
    }

    [Fact]
    public void A_sum_outside_the_range_is_read_as_its_end() =>
        Gen.Select(_limits, Gen.Int[1, 16], Gen.Float[0, 1e6f]).Holds(100, (limits, bits, beyond) =>
        {
            AdcConverter adc = AdcConverter.ForLimits(limits.Low, limits.High, bits);
            // Beyond by what rounding may bring back, and more than a float's resolution.
            float margin = (adc.Step / 2) + 1e-3f + (float)(1e-5 * (Math.Abs(limits.High) + Math.Abs(limits.Low)));
            Close(limits.High, adc.Read((float)limits.High + margin + beyond), limits);
            Close(limits.Low, adc.Read((float)limits.Low - margin - beyond), limits);
            // Sums that can occur are whole units, which need no margin beyond the next one.
            Close(limits.High, adc.Read(MathF.Floor((float)limits.High) + MathF.Ceiling(adc.Step)), limits);
            Close(limits.Low, adc.Read(MathF.Ceiling((float)limits.Low) - MathF.Ceiling(adc.Step)), limits);
        });

    [Fact]
    public void A_sum_is_read_within_half_a_step_of_the_clipped_sum_and_at_most_2_to_the_bits_codes_occur() =>
        Gen.Select(_limits, Gen.Int[1, 10]).Holds(100, (limits, bits) =>
        {
            AdcConverter adc = AdcConverter.ForLimits(limits.Low, limits.High, bits);
            // The ends and zero are codes, which costs two codes at most.
            double step = Math.Max(1, (limits.High - limits.Low) / Math.Max(1, (1 << bits) - (bits == 1 ? 1 : 3)));
            Assert.True(adc.Step <= step * (1 + 1e-6), $"step {adc.Step} of [{limits.Low}, {limits.High}] at {bits} bits");
            var codes = new HashSet<float>();
            for (int sum = (int)Math.Floor(limits.Low) - 2; sum <= limits.High + 2; sum++)
            {
                codes.Add(adc.Read(sum));
                double clipped = Math.Clamp(sum, limits.Low, limits.High);
                Assert.True(Math.Abs(adc.Read(sum) - clipped) <= (adc.Step / 2)
                    + Tolerance(limits), $"{sum} in [{limits.Low}, {limits.High}] at {bits} bits is read as {adc.Read(sum)}");
            }
            Assert.True(codes.Count <= 1 << bits, $"{codes.Count} codes of {bits} bits");
            if (bits > 1 && limits.Low <= 0 && limits.High >= 0) Assert.Equal(0, adc.Read(0));
        });

    [Fact]
    public void Codes_are_those_of_a_plain_converter_in_double_precision() =>
        Gen.Select(_limits, Gen.Int[1, 12], Gen.Float[-600, 600]).Holds(100, (limits, bits, sum) =>
        {
            AdcConverter adc = AdcConverter.ForLimits(limits.Low, limits.High, bits);
            double from = adc.Low, code = (sum - from) / adc.Step;
            if (Math.Abs(code - Math.Floor(code) - 0.5) < 1e-3 * (1 + Math.Abs(code))) return; // Either neighbour is right.
            Close(Math.Clamp(from + (Math.Round(code) * adc.Step), limits.Low, limits.High), adc.Read(sum), limits);
        });

    [Fact]
    public void Enough_codes_for_every_whole_sum_lose_nothing() =>
        Gen.Select(Gen.Int[-2000, 0], Gen.Int[1, 2000], Gen.Int[12, 16], Gen.Int[-2000, 2000]).Holds(100, (low, high, bits, sum) =>
        {
            AdcConverter adc = AdcConverter.ForLimits(low, high, bits);
            Assert.Equal(Math.Clamp(sum, low, high), adc.Read(sum));
            Assert.True(adc.IsLossless(low, high));
            Assert.False(adc.IsLossless(low - 1, high));
            Assert.False(adc.IsLossless(low, high + 1));
        });

    public static IEnumerable<object[]> EncodingsAndAccumulation
    {
        get
        {
            var data = new List<object[]>();
            foreach (WeightEncoding e in Enum.GetValues<WeightEncoding>())
                foreach (bool perSlice in (ReadOnlySpan<bool>)[true, false]) data.Add([e, perSlice]);
            return data;
        }
    }

    [Theory, MemberData(nameof(EncodingsAndAccumulation))]
    internal void Wide_limits_equal_exact_bit_for_bit(WeightEncoding encoding, bool perInputSlice)
    {
        var random = new Random(7 + (int)encoding);
        for (int i = 0; i < 15; i++)
        {
            (CrossbarLayer layer, HardwareProfile profile) = AdcTests.RandomCase(random, encoding);
            profile = profile with
            {
                AdcPerInputSlice = perInputSlice,
                AdcBits = 24,
                AdcRange = new AdcRange(AdcRangePolicy.Fixed, -4_000_000, 4_000_000),
            };
            byte[] input = LayerCases.Input(random, layer, 2), residual = LayerCases.Residual(random, layer, 2);
            byte[] exact = LayerCases.Run(CrossbarSimulator.Prepare(layer, 0, profile, Fidelity.Exact, 0), layer, input, residual, 2);
            foreach (Fidelity fidelity in (ReadOnlySpan<Fidelity>)[Fidelity.Adc, Fidelity.Device, Fidelity.Circuit])
                Assert.Equal(exact, LayerCases.Run(CrossbarSimulator.Prepare(layer, 0, profile, fidelity, 0), layer, input, residual, 2));
        }
    }

    [Theory, MemberData(nameof(EncodingsAndAccumulation))]
    internal void Every_sum_is_clipped_where_the_range_is_narrower_than_one_unit(WeightEncoding encoding, bool perInputSlice)
    {
        var random = new Random(17 + (int)encoding);
        for (int i = 0; i < 15; i++)
        {
            (CrossbarLayer layer, HardwareProfile profile) = AdcTests.RandomCase(random, encoding);
            layer = layer with
            {
                Epilogue = Epilogue.None,
                Bias = [.. new int[layer.Outputs]],
                WeightScales = [.. Enumerable.Repeat(1f, layer.Outputs)],
                Input = layer.Input with { Scale = 1 },
            };
            profile = profile with { AdcPerInputSlice = perInputSlice, AdcRange = new AdcRange(AdcRangePolicy.Fixed, -1e-9, 1e-9) };
            byte[] input = LayerCases.Input(random, layer, 2);
            // What is left is what is added digitally: the zero point and the offset of the encoding.
            AnalogPlan plan = new(layer, profile);
            float[] expected = AnalogSums(AnalogDefinition.Run(plan, input, [], 2));
            foreach (Fidelity fidelity in (ReadOnlySpan<Fidelity>)[Fidelity.Adc, Fidelity.Device, Fidelity.Circuit])
            {
                float[] actual = AnalogSums(LayerCases.Run(CrossbarSimulator.Prepare(layer, 0, profile, fidelity, 0), layer, input, [], 2));
                for (int o = 0; o < expected.Length; o++) Assert.Equal(expected[o], actual[o], 1e-3f);
            }
            if (plan.Cells.IsDifferential && layer.Input.ZeroPoint == 0)
                Assert.All(expected, y => Assert.True(Math.Abs(y) < 1e-3, $"{y}"));
        }
    }

    [Theory]
    [InlineData(WeightEncoding.Differential, Fidelity.Adc, -10, 10)]
    [InlineData(WeightEncoding.Differential, Fidelity.Device, -10, 10)]
    [InlineData(WeightEncoding.Differential, Fidelity.Circuit, -10, 10)]
    [InlineData(WeightEncoding.DifferentialTwoSided, Fidelity.Adc, -10, 10)]
    [InlineData(WeightEncoding.DifferentialTwoSided, Fidelity.Device, -3.7, 20.2)]
    [InlineData(WeightEncoding.Differential, Fidelity.Adc, -3.7, 20.2)]
    [InlineData(WeightEncoding.Differential, Fidelity.Adc, -1e-9, 1e-9)]
    [InlineData(WeightEncoding.Differential, Fidelity.Adc, -63.5, 2)]
    internal void One_matrix_is_clipped_at_exactly_the_limits(WeightEncoding encoding, Fidelity fidelity, double low, double high)
    {
        double[][] y = SumsOf64(encoding, fidelity, low, high, adcBits: 8).Run();
        Assert.Equal(Math.Min(64, high), y[0][0], 1e-5);
        Assert.Equal(Math.Max(-64, low), y[0][1], 1e-5);
    }

    [Theory]
    [InlineData(false, 0, 1)]
    [InlineData(true, 8, 1)]
    public void A_converter_of_signed_sums_without_a_level_is_refused(bool crossSim, int weightBits, int adcBits)
    {
        MatrixCase c = SumsOf64(WeightEncoding.Differential, Fidelity.Adc, -10, 10, adcBits) with
        {
            Convention = crossSim
                ? QuantizerConvention.CrossSim
                : QuantizerConvention.Own, WeightBits = weightBits, ActivationBits = weightBits, Profile = Profiles.Plain with
                {
                    AdcBits = adcBits,
                },
        };
        CimException error = Assert.Throws<CimException>(() => c.Run());
        Assert.Equal(ErrorCodes.InvalidMatrixCase, error.Code);
        Assert.Contains("adcBits", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-10, 10, 8, 20)]
    [InlineData(-1e-9, 1e-9, 8, 40)]
    [InlineData(-100, 100, 8, 0)]
    [InlineData(0, 100, 4, 20)]
    public void Clipped_sums_are_counted(double low, double high, int bits, int clipped)
    {
        var histogram = new AdcHistogram(-64, 64);
        histogram.Add([.. Enumerable.Repeat(64, 10), .. Enumerable.Repeat(-64, 10), .. Enumerable.Repeat(0, 40),
            .. Enumerable.Repeat(5, 10), .. Enumerable.Repeat(-5, 10)]);
        // [0, 100] clips the negative ones, also those that differ from 0 by less than half a step.
        Assert.Equal(clipped / 80.0, histogram.Saturated(AdcConverter.ForLimits(low, high, bits)), 1e-9);
    }

    // Two outputs, the sum of 64 inputs of 1 and its negative.
    private static MatrixCase SumsOf64(WeightEncoding encoding, Fidelity fidelity, double low, double high, int adcBits) => new()
    {
        Weights = [[.. Enumerable.Repeat(1.0, 64)], [.. Enumerable.Repeat(-1.0, 64)]], Inputs = [[.. Enumerable.Repeat(1.0, 64)]],
        WeightBits = 2, ActivationBits = 2, WeightRange = (-1, 1), ActivationRange = (0, 1), Slices = 0, Fidelity = fidelity,
        Convention = QuantizerConvention.Own, Seed = 0,
        Profile = Profiles.Plain with
        {
            Encoding = encoding,
            CellBits = 1,
            Rows = 64,
            Columns = 64,
            DacBits = 0,
            AdcBits = adcBits,
            AdcRange = new AdcRange(AdcRangePolicy.Fixed, low, high),
        },
    };

    private static float[] AnalogSums(byte[] outputs) => MemoryMarshal.Cast<byte, float>(outputs).ToArray();

    private static double Tolerance((double Low, double High) limits) => 1e-5 * (1 + Math.Abs(limits.Low) + Math.Abs(limits.High));

    private static void Close(double expected, double actual, (double Low, double High) limits) =>
        Assert.True(Math.Abs(expected - actual) <= Tolerance(limits), $"{actual}, not {expected}, in [{limits.Low}, {limits.High}]");
}
