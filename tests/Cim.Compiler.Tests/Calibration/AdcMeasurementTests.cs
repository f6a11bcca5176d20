using System.Collections.Immutable;
using Cim.Compiler.Calibration;
using Cim.Compiler.Ir;
using Cim.Compiler.Lowering;
using Cim.Compiler.Messages;
using Cim.Compiler.Ort;
using Cim.Compiler.Tests.Support;
using Cim.Runtime.Hardware;
using Cim.Runtime.Hardware.Profiles;
using Cim.Runtime.Program;
using Xunit;

namespace Cim.Compiler.Tests.Calibration;

/// <summary>Converter ranges and the share of conversions that meet their ends.</summary>
public sealed class AdcMeasurementTests
{
    private static readonly HardwareProfile _isaac = HardwareProfiles.BuiltIn("isaac");

    [Fact]
    public void An_ideal_read_out_has_nothing_to_measure()
    {
        (ModelProgram before, ModelProgram after, ImmutableDictionary<string, double> saturation) = Measure(_isaac with { AdcBits = 0 });
        Assert.Same(before, after);
        Assert.Empty(saturation);
    }

    [Fact]
    public void A_converter_over_the_full_range_that_loses_nothing_never_saturates()
    {
        (_, _, ImmutableDictionary<string, double> saturation) = Measure(
            _isaac with { AdcBits = 14, AdcRange = new AdcRange(AdcRangePolicy.Full) });
        Assert.Equal(4, saturation.Count);
        Assert.All(saturation.Values, s => Assert.Equal(0, s));
    }

    [Fact]
    public void Calibrated_ranges_are_part_of_the_program_and_cut_off_few_sums()
    {
        (ModelProgram before, ModelProgram after, ImmutableDictionary<string, double> saturation) = Measure(
            _isaac with { AdcBits = 5, AdcRange = new AdcRange(AdcRangePolicy.Calibrated) });
        Assert.Equal(before.Layers.Select(l => l.Name), after.Layers.Select(l => l.Name));
        Assert.NotEqual(before.Layers.AsEnumerable(), after.Layers.AsEnumerable());
        Assert.All(saturation.Values, s => Assert.InRange(s, 0, 0.25));
    }

    private static (ModelProgram Before, ModelProgram After, ImmutableDictionary<string, double> Saturation) Measure(
        HardwareProfile hardware)
    {
        Graph graph = RandomNetworks.Import(RandomNetworks.Chain(1));
        Graph quantized = QuantizedNetworks.Quantize(graph, QuantizedNetworks.Uniform(graph, 8));
        ModelProgram program = new LayerLowering(QuantizedNetworks.Uniform(graph, 8), hardware).Lower(quantized).Program;
        GraphInput input = GraphInput.Of(quantized);
        var data = new CalibrationData(RandomNetworks.Samples(16, input.SampleElements, 7), 16, false);
        (ModelProgram after, ImmutableDictionary<string, double> saturation, _) = AdcMeasurement.Measure(
            program, hardware, input, data, NoStepProgress.Instance, default);
        return (program, after, saturation);
    }
}
