using Cim.Compiler.Export;
using Cim.Compiler.Import;
using Cim.Compiler.Ir;
using Cim.Compiler.Ort;
using Cim.Compiler.Quantization;
using Cim.Tests.Shared;
using Cim.Training.Networks;
using CsCheck;
using Google.Protobuf;
using Xunit;

namespace Cim.Compiler.Tests.Quantization;

/// <summary>Channels are moved between neighbouring layers by powers of two, which changes no output.</summary>
public sealed class CrossLayerEqualizationTests
{
    [Theory]
    [InlineData(2, "conv 8 3x3 pad 1", "relu", "maxpool 2", "conv 6 3x3", "linear 10")]
    [InlineData(3, "conv 8 3x3 pad 1", "batchnorm", "relu", "conv 6 3x3", "relu", "linear 12", "relu", "linear 10")]
    [InlineData(2, "linear 16", "relu", "linear 12", "relu", "linear 10")]
    [InlineData(2, "conv 8 3x3", "relu", "depthwise 3x3", "relu", "linear 10")]
    [InlineData(0, "conv 8 3x3")]
    public void Outputs_are_the_same_bit_for_bit(int pairs, params string[] layers) => Gen.Int[1, 1_000_000].Holds(5, seed =>
    {
        Graph graph = Network(seed, layers);
        var random = new Random(seed);
        foreach (ChannelPair pair in ChannelPair.Find(graph))
            graph = Scaled(graph, pair, [.. Enumerable.Range(0, pair.First.Outputs).Select(_ => random.Next(-3, 4))]);
        GraphInput input = GraphInput.Of(graph);
        CalibrationData data = CalibrationData.Random(input, (ulong)seed);
        (Graph equalized, int found) = CrossLayerEqualization.Run(graph, input, data, CancellationToken.None);
        GraphVerifier.Verify(equalized, nameof(CrossLayerEqualization));
        Assert.Equal(pairs, found);
        Assert.Equal(Outputs(graph, input, data), Outputs(equalized, input, data));
        Assert.Equal(pairs > 0, MvmLayers.Find(graph).Zip(MvmLayers.Find(equalized))
            .Any(l => !l.First.WeightMatrix.Span<float>().SequenceEqual(l.Second.WeightMatrix.Span<float>())));
    });

    [Fact]
    public void Unequal_channels_come_out_alike()
    {
        Graph graph = Network(3, ["conv 8 3x3 pad 1", "relu", "maxpool 2", "linear 10"]);
        GraphInput input = GraphInput.Of(graph);
        CalibrationData data = CalibrationData.Random(input, 5);
        ChannelPair pair = Assert.Single(ChannelPair.Find(graph));
        Graph unequal = Scaled(graph, pair, [.. Enumerable.Range(0, 8).Select(c => (c % 3) - 1)]);
        (Graph a, _) = CrossLayerEqualization.Run(graph, input, data, CancellationToken.None);
        (Graph b, _) = CrossLayerEqualization.Run(unequal, input, data, CancellationToken.None);

        // Up to a factor of all channels, which changes no integer.
        float[] first = Assert.Single(ChannelPair.Find(a)).First.WeightMatrix.Span<float>().ToArray(),
            second = Assert.Single(ChannelPair.Find(b)).First.WeightMatrix.Span<float>().ToArray();
        double[] ratios = [.. first.Zip(second, (x, y) => x == 0 ? double.NaN : Math.Abs(Math.Log2(y / x))).Where(double.IsFinite)];
        Assert.True(ratios.Max() - ratios.Min() <= 1, $"{ratios.Min()} to {ratios.Max()}");
    }

    [Fact]
    public void Values_with_several_readers_are_left_alone()
    {
        Graph graph = Network(1, ["conv 4 3x3 pad 1", "relu", "conv 4 3x3 pad 1", "relu", "linear 10"]);
        Node relu = graph.Nodes.First(n => n.Op == "Relu");
        Graph observed = graph with { Outputs = [.. graph.Outputs, relu.Outputs[0]] };
        Assert.Equal(2, ChannelPair.Find(graph).Length);
        Assert.Single(ChannelPair.Find(observed));
    }

    [Fact]
    public void A_value_that_is_added_to_a_product_is_no_channel_of_it()
    {
        Graph graph = Network(1, ["linear 10", "relu", "linear 10"]);
        Assert.Single(ChannelPair.Find(graph));
        // The second product reads the network's input, and what the first one makes as its bias.
        Node first = graph.Nodes.First(n => n.Op == "Gemm"), second = graph.Nodes.Last(n => n.Op == "Gemm");
        Node added = second with { Inputs = [first.Inputs[0], first.Inputs[1], second.Inputs[0]], Attributes = first.Attributes };
        Graph changed = graph with { Nodes = graph.Nodes.Replace(second, added) };
        Assert.Empty(ChannelPair.Find(changed));
    }

    private static Graph Scaled(Graph graph, ChannelPair pair, int[] exponents)
    {
        var constants = graph.Constants;
        pair.Scale(name => constants[name], exponents, (name, tensor) => constants = constants.SetItem(name, tensor));
        return graph with { Constants = constants };
    }

    private static Graph Network(int seed, string[] layers)
    {
        TrainableNetwork network = TrainableNetwork.FromOnnx(Architecture.Build([2, 8, 8], layers));
        FreshWeights.Initialize(network, seed);
        return OnnxImporter.Import(network.ToOnnx().ToByteArray(), null);
    }

    private static float[] Outputs(Graph graph, GraphInput input, CalibrationData data)
    {
        using var session = new OnnxSession(OnnxExporter.Export(graph).ToByteArray(), "network");
        var outputs = new List<float>();
        foreach (SampleRun run in data.Runs(input, 16))
        {
            using var results = session.Run(run, [graph.Outputs[0]]);
            outputs.AddRange(results[0].GetTensorDataAsSpan<float>());
        }

        return [.. outputs];
    }
}
