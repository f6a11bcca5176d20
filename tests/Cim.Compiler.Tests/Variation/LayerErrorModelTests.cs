using System.Runtime.InteropServices;
using Cim.Compiler.Variation;
using Cim.Runtime;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Hardware;
using Xunit;

namespace Cim.Compiler.Tests.Variation;

public sealed class LayerErrorModelTests
{
    private const int Columns = 32, Positions = 12, Chips = 220;

    public static TheoryData<string> Models =>
        ["independent", "proportional", "inverse-proportional", "uniform", "wan2022", "milo2021", "reram-wan-aihwkit", "table"];

    private static HardwareProfile With(string model, HardwareProfile profile) => profile with
    {
        // In inverse proportion, an off cell of 1/40 of gOn would be 40 times as wide as an on cell.
        GOff = model == "inverse-proportional" ? profile.GOn / 4 : profile.GOff,
        GOn = model == "milo2021" ? 225e-6 : profile.GOn,
        ProgrammingError = new ProgrammingError(model, model == "inverse-proportional" ? 0.01 : 0.04)
        {
            Table = [(0, 0.4e-6), (20e-6, 2e-6), (40e-6, 1e-6)],
        },
    };

    /// <summary>The variance is compared over all columns: 32 columns x 220 chips know it to about 2 % (standard error), so 5 % is
    /// meant.</summary>
    private static void AgreesWithChips(CrossbarLayer layer, HardwareProfile profile, byte[] input, int chips = Chips)
    {
        LayerInputs inputs = LayerInputs.Gather(layer, input, [], 1, layer.PositionsPerImage);
        AccumulatorErrors predicted = LayerErrorModel.Predict(layer, profile, inputs);
        double[] sum = new double[Columns], square = new double[Columns];
        float[] exact = MemoryMarshal.Cast<byte, float>(VariationCases.Run(layer, profile, input, Fidelity.Exact, 0)).ToArray();
        for (int i = 0; i < exact.Length; i++)
            Assert.Equal(exact[i], predicted.Exact[(i % Columns * Positions) + (i / Columns)], 1e-3);
        for (int chip = 0; chip < chips; chip++)
        {
            ReadOnlySpan<float> noisy = MemoryMarshal.Cast<byte, float>(
                VariationCases.Run(layer, profile, input, Fidelity.Device, (ulong)chip));
            for (int i = 0; i < noisy.Length; i++)
            {
                double e = noisy[i] - exact[i];
                sum[i % Columns] += e / (chips * Positions);
                square[i % Columns] += e * e / (chips * Positions);
            }
        }

        double measured = 0, expected = 0, bias = 0, expectedBias = 0;
        for (int c = 0; c < Columns; c++)
        {
            (double mean, double variance) = predicted.Column(c);
            measured += square[c] - (sum[c] * sum[c]);
            expected += variance;
            bias += sum[c];
            expectedBias += mean;
            // A single column is known to about 10 % from chips, less well where errors are rare.
            Assert.InRange(square[c] - (sum[c] * sum[c]), 0.5 * variance, 2 * variance);
        }

        Assert.InRange(measured, 0.95 * expected, 1.05 * expected);
        Assert.InRange(Math.Abs(bias - expectedBias) / Columns, 0, 0.05 * Math.Sqrt(expected / Columns));
    }

    [Theory, MemberData(nameof(Models))]
    public void Every_programming_error_agrees_with_simulated_chips(string model)
    {
        var random = new Random(3);
        foreach (WeightEncoding encoding in new[] { WeightEncoding.Differential, WeightEncoding.Offset })
        {
            HardwareProfile profile = With(model, VariationCases.Ideal with { Encoding = encoding });
            CrossbarLayer layer = VariationCases.Matrix(random, profile, 70, Columns, Positions, 5, 4);
            AgreesWithChips(layer, profile, VariationCases.Activations(random, layer));
        }
    }

    [Theory]
    [InlineData(5, "wan2022", 5, Chips)] // Steps of several units.
    [InlineData(8, "wan2022", 2, 4 * Chips)] // Steps of one unit and little noise: rounding repairs most sums, errors are rare.
    [InlineData(4, "proportional", 3, Chips)]
    [InlineData(6, "uniform", 7, Chips)]
    public void Rounding_and_clipping_of_converters_agree_with_simulated_chips(int adcBits, string model, int weightBits, int chips)
    {
        var random = new Random(4);
        HardwareProfile profile = With(model, VariationCases.Ideal) with
        {
            AdcBits = adcBits,
            AdcRange = new AdcRange(AdcRangePolicy.Fixed, -24, 24),
        };
        CrossbarLayer layer = VariationCases.Matrix(random, profile, 70, Columns, Positions, weightBits, 4);
        AgreesWithChips(layer, profile, VariationCases.Activations(random, layer), chips);
    }

    [Fact]
    public void Read_noise_faults_drift_write_verify_and_converter_errors_agree_with_simulated_chips()
    {
        var random = new Random(5);
        HardwareProfile plain = VariationCases.Ideal;
        foreach (HardwareProfile profile in new[]
        {
            plain with { ReadNoiseSigma = 0.02 },
            plain with { ReadNoiseSigma = 0.02, AdcPerInputSlice = false },
            plain with { StuckOn = 0.004, StuckOff = 0.01 },
            plain with { Drift = new Drift(0.02, 1e5) { NuSigma = 0.004 } },
            plain with { ProgrammingError = new ProgrammingError("independent", 0.05) { Window = 0.04, Pulses = 3 } },
            plain with { ProgrammingError = new ProgrammingError("uniform", 0.05) { Window = 0.04, Pulses = 3 } },
            plain with { AdcBits = 6, AdcRange = new AdcRange(AdcRangePolicy.Fixed, -40, 40), AdcOffsetSigma = 0.5, ReadNoiseSigma = 0.01 },
            plain with { AdcGainSigma = 0.05 },
        })
        {
            CrossbarLayer layer = VariationCases.Matrix(random, profile, 70, Columns, Positions, 4, 3);
            AgreesWithChips(layer, profile, VariationCases.Activations(random, layer));
        }
    }

    [Fact]
    public void A_convolution_is_sampled_where_it_reads()
    {
        var random = new Random(8);
        var geometry = new ConvolutionGeometry(3, new ConvolutionAxis(9, 3, 2, 1, 1), new ConvolutionAxis(8, 3, 1, 1, 1));
        int positions = geometry.OutputHeight * geometry.OutputWidth;
        HardwareProfile profile = With("wan2022", VariationCases.Ideal);
        CrossbarLayer layer = VariationCases.Matrix(random, profile, 27, Columns, positions, 4, 5) with { Geometry = geometry };
        byte[] input = new byte[2 * 3 * 9 * 8];
        for (int i = 0; i < input.Length; i++) input[i] = (byte)random.Next(32);
        LayerInputs inputs = LayerInputs.Gather(layer, input, [], 2, 2 * positions);
        AccumulatorErrors predicted = LayerErrorModel.Predict(layer, profile, inputs);
        float[] exact = MemoryMarshal.Cast<byte, float>(VariationCases.Run(layer, profile, input, Fidelity.Exact, 0, 2)).ToArray();
        for (int image = 0; image < 2; image++)
            for (int c = 0; c < Columns; c++)
                for (int p = 0; p < positions; p++)
                    Assert.Equal(
                        exact[(((image * Columns) + c) * positions) + p], predicted.Exact[(c * 2 * positions) + (image * positions) + p]);
        LayerInputs some = LayerInputs.Gather(layer, input, [], 2, 10).Append(LayerInputs.Gather(layer, input, [], 2, 7), layer);
        Assert.Equal(17, some.Count);
        Assert.All(LayerErrorModel.Predict(layer, profile, some, [3]).Exact, e => Assert.Contains((float)e, exact));
    }

    [Fact]
    public void Without_variation_there_is_no_error()
    {
        var random = new Random(6);
        CrossbarLayer layer = VariationCases.Matrix(random, VariationCases.Ideal, 40, 8, 5, 6, 6);
        LayerInputs inputs = LayerInputs.Gather(layer, VariationCases.Activations(random, layer), [], 1, 5);
        AccumulatorErrors errors = LayerErrorModel.Predict(layer, VariationCases.Ideal, inputs);
        Assert.All(errors.Mean, m => Assert.Equal(0, m));
        Assert.All(errors.Variance, v => Assert.Equal(0, v));
        OutputCodeErrors codes = OutputCodeErrors.Of(layer, inputs, errors, new QuantizationParameters(3, 0, 4, false));
        Assert.Equal((1, 0, 0), (codes.Harmless, codes.Wrong, codes.BeyondOne));
    }

    [Theory]
    [InlineData("wan2022", 0, 3)]
    [InlineData("proportional", 0, 4)]
    [InlineData("wan2022", 5, 4)]
    [InlineData("uniform", 6, 5)]
    public void Wrong_output_codes_are_as_frequent_as_on_simulated_chips(string model, int adcBits, int outputBits)
    {
        var random = new Random(7);
        HardwareProfile profile = With(model, VariationCases.Ideal) with
        {
            AdcBits = adcBits,
            AdcRange = new AdcRange(AdcRangePolicy.Fixed, -30, 30),
        };
        CrossbarLayer sums = VariationCases.Matrix(random, profile, 70, Columns, Positions, 4, 4);
        var output = new QuantizationParameters(90f / (1 << outputBits), 0, outputBits, false);
        CrossbarLayer layer = sums with { Epilogue = new Epilogue(null, false, 0, float.PositiveInfinity, output) };
        byte[] input = VariationCases.Activations(random, layer);
        LayerInputs inputs = LayerInputs.Gather(layer, input, [], 1, Positions);
        OutputCodeErrors predicted = OutputCodeErrors.Of(layer, inputs, LayerErrorModel.Predict(layer, profile, inputs), output);

        byte[] exact = VariationCases.Run(layer, profile, input, Fidelity.Exact, 0);
        double wrong = 0, beyond = 0;
        for (int chip = 0; chip < Chips; chip++)
        {
            byte[] noisy = VariationCases.Run(layer, profile, input, Fidelity.Device, (ulong)chip);
            wrong += noisy.Where((q, i) => q != exact[i]).Count() / (double)(Chips * exact.Length);
            beyond += noisy.Where((q, i) => Math.Abs(q - exact[i]) > 1).Count() / (double)(Chips * exact.Length);
        }

        Assert.True(wrong > 0.01, $"{wrong}: the test would see nothing");
        // Errors of read-outs are whole steps; where they are few, the normal takes a few too many codes for wrong.
        Assert.InRange(wrong, 0.9 * predicted.Wrong, 1.05 * predicted.Wrong);
        Assert.InRange(beyond, (0.85 * predicted.BeyondOne) - 3e-4, (1.15 * predicted.BeyondOne) + 3e-4);
    }
}
