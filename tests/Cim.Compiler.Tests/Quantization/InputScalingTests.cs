using System.Collections.Immutable;
using Cim.Compiler.Calibration;
using Cim.Compiler.Ir;
using Cim.Compiler.Ort;
using Cim.Compiler.Precision;
using Cim.Compiler.Quantization;
using Xunit;

namespace Cim.Compiler.Tests.Quantization;

public sealed class InputScalingTests
{
    [Fact]
    public void A_channel_much_larger_than_the_others_is_scaled_and_the_error_falls()
    {
        Graph graph = UnequalChannels.Network();
        CalibrationData data = UnequalChannels.Samples(100);
        (Graph scaled, ImmutableArray<string> layers) = Scale(graph, data);
        Assert.Equal(2, layers.Length);
        double before = Error(graph, graph, data), after = Error(graph, scaled, data);
        Assert.True(after < before / 2, $"{before} -> {after}");
    }

    [Fact]
    public void Channels_of_one_size_are_left_alone()
    {
        Graph graph = UnequalChannels.Network();
        (Graph scaled, ImmutableArray<string> layers) = Scale(graph, UnequalChannels.Samples(1));
        Assert.Empty(layers);
        Assert.Same(graph, scaled);
    }

    private static (Graph, ImmutableArray<string>) Scale(Graph graph, CalibrationData data) => InputScaling.Run(
        graph, GraphInput.Of(graph), data, 8, 8, CancellationToken.None);

    /// <summary>Squared error of the outputs of the network at 8 bits.</summary>
    private static double Error(Graph original, Graph graph, CalibrationData data)
    {
        GraphInput input = GraphInput.Of(graph);
        var policy = QuantizationPolicy.Uniform(MvmLayers.Find(graph).Select(l => l.NodeName), 8, 8);
        Graph quantized = new PostTrainingQuantizer(new QuantizerOptions { Range = RangeMethod.MinMax })
            .Quantize(graph, input, data, policy, null, CancellationToken.None);
        return UnequalChannels.Outputs(original, data).Zip(UnequalChannels.Outputs(quantized, data), (a, b) => (double)(a - b) * (a - b))
            .Sum();
    }
}
