using System.Runtime.InteropServices;
using Cim.Compiler.Variation;
using Cim.Runtime;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Hardware;
using Cim.Training.Quantization;
using Xunit;

namespace Cim.Compiler.Tests.Variation;

public sealed class TrainingNoiseTests
{
    private const int Rows = 70, Columns = 24, Positions = 12, Chips = 150;

    [Theory]
    [InlineData("wan2022", 0.0, 0)]
    [InlineData("proportional", 0.1, 0)]
    [InlineData("wan2022", 0.0, 6)] // Converters of one unit a step repair a part of the errors.
    [InlineData("proportional", 0.2, 4)] // Converters of several units a step add to them.
    public void Injected_errors_have_the_mean_square_of_simulated_chips(string model, double sigma, int adcBits)
    {
        var random = new Random(11);
        HardwareProfile profile = VariationCases.Ideal with
        {
            ProgrammingError = new ProgrammingError(model, sigma), AdcBits = adcBits,
                AdcRange = new AdcRange(AdcRangePolicy.Fixed, -32, 32),
        };
        CrossbarLayer layer = VariationCases.Matrix(random, profile, Rows, Columns, Positions, 4, 4);
        byte[] input = VariationCases.Activations(random, layer);
        LayerInputs inputs = LayerInputs.Gather(layer, input, [], 1, Positions);
        CodeNoise noise = TrainingNoise.Of(layer, inputs, profile);

        double injected = 0, measured = 0;
        ReadOnlySpan<sbyte> w = layer.Weights.Span<sbyte>();
        for (int o = 0; o < Columns; o++)
        {
            for (int p = 0; p < Positions; p++)
            {
                ReadOnlySpan<short> x = inputs.Row(0, p, Rows);
                double shift = 0;
                for (int r = 0; r < Rows; r++)
                {
                    int code = w[(o * Rows) + r] - noise.LowestCode;
                    shift += x[r] * noise.Mean[code];
                    injected += Math.Pow(x[r] * noise.Sigma[code], 2);
                }

                injected += shift * shift;
            }
        }

        float[] exact = MemoryMarshal.Cast<byte, float>(VariationCases.Run(layer, profile, input, Fidelity.Exact, 0)).ToArray();
        for (int chip = 0; chip < Chips; chip++)
        {
            ReadOnlySpan<float> noisy = MemoryMarshal.Cast<byte, float>(
                VariationCases.Run(layer, profile, input, Fidelity.Device, (ulong)chip));
            for (int i = 0; i < exact.Length; i++) measured += Math.Pow(noisy[i] - exact[i], 2) / Chips;
        }

        Assert.InRange(injected, 0.93 * measured, 1.07 * measured);
    }

    [Fact]
    public void Cells_without_errors_inject_none()
    {
        var random = new Random(12);
        CrossbarLayer layer = VariationCases.Matrix(random, VariationCases.Ideal, Rows, Columns, Positions, 5, 4);
        CodeNoise noise = TrainingNoise.Of(
            layer, LayerInputs.Gather(layer, VariationCases.Activations(random, layer), [], 1, Positions), VariationCases.Ideal);
        Assert.Equal(-15, noise.LowestCode);
        Assert.Equal(31, noise.Mean.Length);
        Assert.All(noise.Mean, m => Assert.Equal(0, m));
        Assert.All(noise.Sigma, s => Assert.Equal(0, s));
    }

    [Fact]
    public void Read_noise_alone_is_shared_out_evenly()
    {
        var random = new Random(13);
        HardwareProfile profile = VariationCases.Ideal with { ReadNoiseSigma = 0.02 };
        CrossbarLayer layer = VariationCases.Matrix(random, profile, Rows, Columns, Positions, 4, 4);
        CodeNoise noise = TrainingNoise.Of(
            layer, LayerInputs.Gather(layer, VariationCases.Activations(random, layer), [], 1, Positions), profile);
        Assert.True(noise.Sigma[0] > 0);
        Assert.All(noise.Sigma, s => Assert.Equal(noise.Sigma[0], s));
    }
}
