using Cim.Runtime.Crossbar;
using Cim.Runtime.Crossbar.Simulation;
using Cim.Runtime.Hardware;
using Cim.Runtime.Simd;
using Cim.Runtime.Tests.Crossbar.Adc;

namespace Cim.Runtime.Tests.Crossbar.Compensation;

/// <summary>Scales and offsets of columns, fitted on test vectors.</summary>
public sealed class ColumnCorrectorTests
{
    [Theory, InlineData(ColumnCorrection.Offset), InlineData(ColumnCorrection.ScaleAndOffset)]
    internal void Correcting_an_ideal_device_changes_nothing_bit_for_bit(ColumnCorrection correction)
    {
        var random = new Random(5);
        foreach (WeightEncoding encoding in Enum.GetValues<WeightEncoding>())
        foreach (Fidelity fidelity in Enum.GetValues<Fidelity>())
        {
            (CrossbarLayer layer, HardwareProfile profile) = AdcTests.RandomCase(random, encoding);
            byte[] input = LayerCases.Input(random, layer, 2), residual = LayerCases.Residual(random, layer, 2);
            byte[] plain = LayerCases.Run(CrossbarSimulator.Prepare(layer, 0, profile, fidelity, 3), layer, input, residual, 2);
            CrossbarLayer tested = layer with { TestInputs = CompensationCases.Tests(layer, input, 2) };
            HardwareProfile correcting = profile with { ColumnCorrection = correction };
            Assert.Equal(plain, LayerCases.Run(CrossbarSimulator.Prepare(tested, 0, correcting, fidelity, 3), tested, input, residual, 2));
        }
    }

    [Fact]
    public void Correction_shrinks_the_error_of_drift_and_of_converters()
    {
        var random = new Random(6);
        HardwareProfile[] profiles =
        [
            Profiles.Plain with { AdcBits = 0, Drift = new Drift(0.05, 86_400) { NuSigma = 0.005 } },
            Profiles.Plain with { AdcBits = 8, AdcGainSigma = 0.05, AdcOffsetSigma = 2 },
            Profiles.Plain with { AdcBits = 0, WordLineResistance = 20, BitLineResistance = 20 },
        ];
        foreach (HardwareProfile profile in profiles)
        {
            CrossbarLayer layer = LayerCases.Convolution(
                random, new LayerCases.Shape2D(8, 8, 8, 3, 1, 1, 1, 1, 8), epilogue: Epilogue.None);
            layer = layer with { TestInputs = CompensationCases.Tests(layer, LayerCases.Input(random, layer, 8), 8) };
            byte[] input = LayerCases.Input(random, layer, 4);
            double none = Error(ColumnCorrection.None),
                offset = Error(ColumnCorrection.Offset),
                both = Error(ColumnCorrection.ScaleAndOffset);
            Assert.True(offset < none && both < 0.5 * none && both < offset, $"{none} {offset} {both}");

            double Error(ColumnCorrection correction)
            {
                HardwareProfile p = profile with { ColumnCorrection = correction };
                float[] exact = CompensationCases.Floats(layer, p, Fidelity.Exact, input, 4);
                return CompensationCases.Difference(CompensationCases.Floats(layer, p, Fidelity.Circuit, input, 4), exact);
            }
        }
    }

    [Fact]
    public void Corrected_chips_are_the_same_on_every_vector_width()
    {
        var random = new Random(7);
        CrossbarLayer layer = LayerCases.Convolution(random, new LayerCases.Shape2D(4, 9, 9, 3, 2, 1, 1, 2, 6));
        byte[] input = LayerCases.Input(random, layer, 3);
        layer = layer with { TestInputs = CompensationCases.Tests(layer, input, 3) };
        HardwareProfile profile = Profiles.Plain with
        {
            ColumnCorrection = ColumnCorrection.ScaleAndOffset, ProgrammingError = new ProgrammingError("independent", 0.05),
                ReadNoiseSigma = 0.01,
        };
        byte[][] all = [.. SimdLevels.Supported.Select(l =>
            LayerCases.Run(CrossbarSimulator.Prepare(layer, 0, profile, Fidelity.Device, 3, l), layer, input, [], 3))];
        Assert.All(all, bytes => Assert.Equal(all[0], bytes));
    }
}
