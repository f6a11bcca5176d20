using Cim.Compiler.Mapping;
using Cim.Runtime;
using Cim.Runtime.Hardware;
using Cim.Runtime.Hardware.Profiles;
using Cim.Runtime.Mapping;
using Xunit;

namespace Cim.Compiler.Tests.Mapping;

/// <summary>NeuRRAM (Wan et al., Nature 2022), measured on its 48 cores with all inputs and outputs in use.</summary>
public sealed class MeasuredCostTests
{
    private const int Cores = 48, Inputs = 256, Outputs = 128;

    private static readonly HardwareProfile _chip = HardwareProfiles.BuiltIn("neurram-130");

    [Theory]
    [InlineData(3, 1, 2.12230988, 43.07875866)]
    [InlineData(5, 3, 1.165400233, 23.09069279)]
    [InlineData(7, 5, 0.4515642, 11.32999012)]
    [InlineData(8, 6, 0.4177183338, 8.257196816)]
    [InlineData(10, 8, 0.2638743409, 6.437388185)]
    public void Speed_and_efficiency_are_within_a_tenth_of_silicon(int outputBits, int inputBits, double tops, double topsPerWatt)
    {
        Cost cost = Core(inputBits, outputBits);
        double operations = 2.0 * Inputs * Outputs;
        Assert.InRange(Cores * operations / cost.LatencyNs / 1000, 0.9 * tops, 1.1 * tops);
        Assert.InRange(operations / cost.EnergyPj, 0.9 * topsPerWatt, 1.1 * topsPerWatt);
    }

    [Fact]
    public void Area_is_that_of_neurons_drivers_and_cells() =>
        Assert.InRange(Core(4, 6).AreaUm2 / (325120 + 243840 + 139337), 0.97, 1.03);

    /// <summary>Up to five signed bits are integrated in one go; six are applied in two halves, which takes fewer steps.</summary>
    [Fact]
    public void Long_inputs_are_applied_in_two_halves()
    {
        CostEvents five = Core(5, 8).Events, six = Core(6, 8).Events;
        Assert.Equal((15L, 4L * Inputs, (long)Outputs), (five.ArrayReads, five.DacActivations, five.AdcConversions));
        Assert.Equal((7L + 3, 5L * Inputs, 2L * Outputs), (six.ArrayReads, six.DacActivations, six.AdcConversions));
    }

    private static Cost Core(int inputBits, int outputBits) => ModelCost.Of(
        [new LayerShape("core", 1, Inputs, Outputs, 1)], _ => (4, inputBits, outputBits), _chip);
}
