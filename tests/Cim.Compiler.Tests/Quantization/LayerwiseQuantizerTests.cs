using Cim.Compiler.Ir;
using Cim.Compiler.Ort;
using Cim.Compiler.Quantization;
using Cim.Compiler.Tests.Support;
using Xunit;

namespace Cim.Compiler.Tests.Quantization;

/// <summary>Weights layer after layer, each on what the quantized layers before it produce.</summary>
public sealed class LayerwiseQuantizerTests
{
    [Theory]
    [InlineData(1 << 10, 256)]
    [InlineData(1 << 20, 16)]
    [InlineData(1 << 24, 1)]
    [InlineData(1 << 25, 1)]
    public void As_many_samples_are_run_as_four_tensors_of_the_largest_size_leave_room_for(int elements, int samples) =>
        Assert.Equal(samples, GraphMemory.Samples(
            RandomNetworks.Import(new ModelBuilder().Input("x", -1, elements).Node("Relu", "x", "y").Output("y").Bytes)));

    [Fact]
    public void Biases_move_by_no_more_than_their_rounding_unless_they_are_corrected()
    {
        double kept = Moved(corrects: false), corrected = Moved(corrects: true);
        // Rounding to the unit of the accumulator: half of an input step times a weight step, of four layers.
        Assert.InRange(kept, 0, 0.02);
        Assert.True(corrected > kept, $"{corrected} against {kept}");
    }

    [Fact]
    public void Progress_names_every_layer()
    {
        Graph graph = RandomNetworks.Import(RandomNetworks.Chain(1));
        GraphInput input = GraphInput.Of(graph);
        var lines = new ProgressLines();
        new PostTrainingQuantizer(new QuantizerOptions()).Quantize(graph, input,
            new CalibrationData(RandomNetworks.Samples(8, input.SampleElements, 7), 8, false), QuantizedNetworks.Uniform(graph, 4), lines,
            default);
        Assert.All(MvmLayers.Find(graph), l => Assert.Contains(lines.All, line => line.EndsWith(l.NodeName, StringComparison.Ordinal)));
    }

    private static double Moved(bool corrects)
    {
        Graph graph = RandomNetworks.Import(RandomNetworks.Chain(1));
        GraphInput input = GraphInput.Of(graph);
        var data = new CalibrationData(RandomNetworks.Samples(24, input.SampleElements, 7), 24, false);
        var options = new QuantizerOptions { BiasCorrection = corrects, ErrorCompensationBits = 0 };
        Graph quantized = new PostTrainingQuantizer(options).Quantize(
            graph, input, data, QuantizedNetworks.Uniform(graph, 3), null, default);
        return MvmLayers.Find(graph).Zip(MvmLayers.Find(quantized)).Sum(
            pair => pair.First.Bias!.Zip(pair.Second.Bias!, (a, b) => (double)Math.Abs(a - b)).Max());
    }
}
