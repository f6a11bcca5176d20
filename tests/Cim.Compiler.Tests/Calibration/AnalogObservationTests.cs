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

/// <summary>The analog sums of a program on samples, from which converters are chosen.</summary>
public sealed class AnalogObservationTests
{
    private static readonly HardwareProfile _isaac = HardwareProfiles.BuiltIn("isaac") with { AdcBits = 6 };

    [Fact]
    public void The_narrower_a_range_the_more_conversions_meet_its_ends()
    {
        (ModelProgram program, AnalogObservation observed) = Observe();
        double before = 0;
        foreach (double end in new[] { 1e6, 100, 20, 4, 1 })
        {
            HardwareProfile hardware = _isaac with { AdcRange = new AdcRange(AdcRangePolicy.Fixed, -end, end) };
            ImmutableDictionary<string, double> shares = observed.Saturations(program, hardware);
            Assert.All(shares.Values, s => Assert.InRange(s, 0, 1));
            double now = shares.Values.Sum();
            Assert.True(now >= before, $"{now} at {end}, {before} before");
            if (end == 1e6) Assert.Equal(0, now);
            before = now;
        }

        Assert.True(before > 0);
    }

    [Fact]
    public void One_observation_serves_converters_of_every_resolution()
    {
        (ModelProgram program, AnalogObservation observed) = Observe();
        foreach (int bits in new[] { 4, 7 })
        {
            HardwareProfile hardware = _isaac with { AdcBits = bits, AdcRange = new AdcRange(AdcRangePolicy.Calibrated) };
            ModelProgram ranged = observed.Apply(program, hardware);
            (_, AnalogObservation own) = Observe(hardware);
            Assert.Equal(own.Saturations(own.Apply(program, hardware), hardware).OrderBy(p => p.Key),
                observed.Saturations(ranged, hardware).OrderBy(p => p.Key));
        }
    }

    [Fact]
    public void Test_vectors_are_kept_only_where_columns_are_corrected()
    {
        (ModelProgram program, AnalogObservation observed) = Observe();
        Assert.All(
            observed.Apply(program, _isaac with { ColumnCorrection = ColumnCorrection.None }).Layers, l => Assert.Null(l.TestInputs));
    }

    private static (ModelProgram Program, AnalogObservation Observed) Observe(HardwareProfile? hardware = null)
    {
        hardware ??= _isaac;
        Graph graph = RandomNetworks.Import(RandomNetworks.Chain(2));
        Graph quantized = QuantizedNetworks.Quantize(graph, QuantizedNetworks.Uniform(graph, 8));
        ModelProgram program = new LayerLowering(QuantizedNetworks.Uniform(graph, 8), hardware).Lower(quantized).Program;
        GraphInput input = GraphInput.Of(quantized);
        var data = new CalibrationData(RandomNetworks.Samples(16, input.SampleElements, 7), 16, false);
        return (program, AnalogObservation.Of(program, hardware, input, data, NoStepProgress.Instance, default));
    }
}
