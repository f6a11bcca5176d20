using Cim.Compiler.Ir;
using Cim.Compiler.Ort;
using Cim.Compiler.Quantization;
using Cim.Compiler.Tests.Support;
using Xunit;

namespace Cim.Compiler.Tests.Quantization;

public sealed class ScalableInputTests
{
    [Fact]
    public void Layers_that_read_one_value_are_scaled_together_and_the_residual_path_reads_it_as_it_was()
    {
        Graph graph = UnequalChannels.Network();
        ScalableInput input = Assert.Single(ScalableInput.Find(graph));
        Assert.Equal(2, input.Layers.Length);
        Assert.Equal(UnequalChannels.Channels, input.Channels);
        Graph scaled = input.Scale(graph, [1, 2, 3, 4, 5, 6, 7, 8]);
        Node residual = scaled.Nodes.Single(n => n.Outputs.Contains(scaled.Outputs[0]));
        Assert.Contains(input.Value, residual.Inputs);
        Assert.Single(scaled.Nodes, n => n.Op == "Mul" && n.Inputs[0] == input.Value);
    }

    [Fact]
    public void The_network_computes_the_same_function()
    {
        Graph graph = UnequalChannels.Network();
        Graph scaled = Assert.Single(ScalableInput.Find(graph)).Scale(graph, [0.25f, 3, 1, 8, 0.1f, 1, 20, 0.7f]);
        GraphVerifier.Verify(scaled, nameof(ScalableInput));
        CalibrationData data = UnequalChannels.Samples(10);
        AssertNear(UnequalChannels.Outputs(graph, data), UnequalChannels.Outputs(scaled, data));
    }

    [Fact]
    public void Convolutions_are_left_to_equalization() => Assert.Empty(ScalableInput.Find(RandomNetworks.Import(
        new ModelBuilder(seed: 5).Input("x", -1, 4, 5, 5).Output("y")
            .Weight("w", 6, 4, 3, 3).Node("Conv", "x w", "y", ("kernel_shape", new[] { 3, 3 })).Bytes)));

    [Fact]
    public void Weights_that_two_layers_read_are_left_alone()
    {
        Graph graph = RandomNetworks.Import(new ModelBuilder(seed: 5).Input("x", -1, 6).Output("y")
            .Weight("w1", 6, 6).Weight("w2", 6, 6)
            .Node("Tanh", "x", "s").Node("MatMul", "s w1", "a").Node("Tanh", "a", "t").Node("MatMul", "t w2", "y").Bytes);
        Assert.Equal(2, ScalableInput.Find(graph).Length);
        Node first = graph.Nodes.First(n => n.Inputs.Length > 1), last = graph.Nodes[^1];
        Node shared = last with { Inputs = last.Inputs.SetItem(1, first.Inputs[1]) };
        Assert.Empty(ScalableInput.Find(graph with { Nodes = graph.Nodes.Replace(last, shared) }));
    }

    [Fact]
    public void An_input_keeps_the_quantizer_that_its_samples_ask_for() => Assert.Empty(ScalableInput.Find(RandomNetworks.Import(
        new ModelBuilder(seed: 5).Input("x", -1, 6).Output("y").Weight("w", 6, 6).Node("MatMul", "x w", "y").Bytes)));

    private static void AssertNear(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        float unit = expected.Max(Math.Abs);
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 1e-5f * unit);
    }
}
