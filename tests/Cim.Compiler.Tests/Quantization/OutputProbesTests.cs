using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Compiler.Ort;
using Cim.Compiler.Quantization;
using Cim.Runtime.Crossbar;
using Xunit;

namespace Cim.Compiler.Tests.Quantization;

public sealed class OutputProbesTests
{
    [Fact]
    public void A_large_channel_that_carries_the_outputs_is_not_clipped()
    {
        Graph graph = UnequalChannels.Network();
        ImmutableArray<ActivationGroup> groups = ActivationGroups.Find(graph, MvmLayers.Find(graph));
        var probes = new OutputProbes(graph, GraphInput.Of(graph), UnequalChannels.Samples(100), groups, CancellationToken.None);
        QuantizationParameters whole = new(5f, 0, 8, true), clipped = new(0.05f, 0, 8, true);
        Assert.Equal(whole, probes.Best(0, [clipped, whole]));
        Assert.True(probes.Error(0, whole) < probes.Error(0, clipped) / 10);
    }

    [Fact]
    public void Magnitudes_of_channels_are_those_of_all_samples()
    {
        Graph graph = UnequalChannels.Network();
        CalibrationData data = UnequalChannels.Samples(100);
        MvmLayer layer = MvmLayers.Find(graph)[0];
        using var network = new StagedExecutor(graph, GraphInput.Of(graph), data, 16, data.Count);
        network.Compute([layer.Input], CancellationToken.None);
        float[] expected = new float[UnequalChannels.Channels];
        for (int i = 0; i < data.Values.Length; i++)
            expected[i % expected.Length] = Math.Max(
                expected[i % expected.Length], Math.Abs(data.Values[i] + MathF.Tanh(data.Values[i])));
        float[] found = OutputProbes.ChannelMagnitudes(layer, network);
        for (int c = 0; c < expected.Length; c++) Assert.Equal(expected[c], found[c], expected[c] * 1e-5);
    }
}
