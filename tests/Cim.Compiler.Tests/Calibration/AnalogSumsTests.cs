using Cim.Compiler.Calibration;
using Cim.Compiler.Ir;
using Cim.Compiler.Lowering;
using Cim.Compiler.Messages;
using Cim.Compiler.Ort;
using Cim.Compiler.Tests.Support;
using Cim.Runtime.Crossbar.Adc;
using Cim.Runtime.Crossbar.Calibration;
using Cim.Runtime.Hardware;
using Cim.Runtime.Hardware.Profiles;
using Cim.Runtime.Program;

namespace Cim.Compiler.Tests.Calibration;

/// <summary>The sums of all layers of a program.</summary>
public sealed class AnalogSumsTests
{
    private const int Samples = 12;

    private static readonly HardwareProfile _isaac = HardwareProfiles.BuiltIn("isaac");

    [Fact]
    public void Sums_are_those_of_each_layer_on_all_that_it_reads()
    {
        (ModelProgram program, GraphInput input, CalibrationData data) = Lowered();
        AdcCalibrator[][] measured = AnalogSums.Of(program, _isaac, input, data, NoStepProgress.Instance, default);
        AdcCalibrator[] alone = [.. program.Layers.Select(l => new AdcCalibrator(l, _isaac))];
        new LayerInputTrace(program, _isaac, input).Run(
            data, int.MaxValue, (layer, x, images) => alone[layer].Observe(x.Data.Span, images), default);
        for (int i = 0; i < alone.Length; i++)
        {
            IReadOnlyList<AdcHistogram> wanted = alone[i].Histograms, actual = Assert.Single(measured[i]).Histograms;
            Assert.Equal(wanted.Select(h => (h.Minimum, h.Maximum, h.Total)), actual.Select(h => (h.Minimum, h.Maximum, h.Total)));
        }
    }

    [Fact]
    public void Measuring_ends_between_layers_when_it_is_cancelled_and_counts_them_otherwise()
    {
        (ModelProgram program, GraphInput input, CalibrationData data) = Lowered();
        var counted = new Counting(null);
        AnalogSums.Of(program, _isaac, input, data, counted, default);
        Assert.Equal(Enumerable.Range(1, program.Layers.Length), counted.Parts.Order());
        using var source = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(
            () => AnalogSums.Of(program, _isaac, input, data, new Counting(source), source.Token));
    }

    private static (ModelProgram Program, GraphInput Input, CalibrationData Data) Lowered()
    {
        Graph graph = RandomNetworks.Import(RandomNetworks.Chain(2));
        Graph quantized = QuantizedNetworks.Quantize(graph, QuantizedNetworks.Uniform(graph, 8));
        GraphInput input = GraphInput.Of(quantized);
        return (new LayerLowering(QuantizedNetworks.Uniform(graph, 8), _isaac).Lower(quantized).Program, input,
            new CalibrationData(RandomNetworks.Samples(Samples, input.SampleElements, 3), Samples, false));
    }

    private sealed class Counting(CancellationTokenSource? cancelled) : IStepProgress
    {
        private readonly Lock _lock = new();

        public List<int> Parts { get; } = [];

        public void At(int done, int total)
        {
            lock (_lock) Parts.Add(done);
            cancelled?.Cancel();
        }
    }
}
