using Cim.Compiler.Ir;
using Cim.Compiler.Quantization;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Cim.Runtime.Tensors;
using Xunit;

namespace Cim.Compiler.Tests.Quantization;

/// <summary>Afterwards layers read integers through DequantizeLinear.</summary>
public sealed class QuantizeLayerWeightsTests
{
    private static readonly LayerWeights _weights = new("layer", 4, [1, -2, 7, 3, 0, -7], [0.5f, 0.25f], [1, -0.3f]);

    [Fact]
    public void Weights_are_their_integers_times_the_scale_of_their_output_and_the_bias_is_an_integer_of_the_accumulator()
    {
        Graph graph = new QuantizeLayerWeights(new Dictionary<string, LayerWeights> { ["layer"] = _weights })
            .Run(InputQuantized(new ModelBuilder().Node("layer", "Gemm", "d w", "y", ("transB", 1), ("alpha", 1f))));
        GraphVerifier.Verify(graph, nameof(QuantizeLayerWeights));
        MvmLayer layer = Assert.Single(MvmLayers.Find(graph));
        Assert.Equal([0.5f, -1, 3.5f, 0.75f, 0, -1.75f], layer.WeightMatrix.Span<float>().ToArray());
        Assert.Equal(4, layer.WeightDequantize!.Attributes.Int(Node.BitsAttribute, 8));
        // Units of the accumulator: 0.1 * 0.5 and 0.1 * 0.25; -0.3 is exactly -12 of them.
        Assert.Equal([1, -0.3f], layer.Bias!, (a, b) => Math.Abs(a - b) < 1e-6);
        string bias = graph.Nodes.Single(n => n.Outputs[0] == graph.Nodes.Single(l => l.Name == "layer").Inputs[2]).Inputs[0];
        Assert.Equal([20, -12], graph.Constants[bias].Span<int>().ToArray());
    }

    [Fact]
    public void The_bias_of_a_MatMul_is_added_behind_it()
    {
        Graph graph = new QuantizeLayerWeights(new Dictionary<string, LayerWeights> { ["layer"] = _weights })
            .Run(InputQuantized(new ModelBuilder().Node("layer", "MatMul", "d t", "y")));
        GraphVerifier.Verify(graph, nameof(QuantizeLayerWeights));
        Assert.Equal(["MatMul", "Add"], graph.Nodes.Where(n => n.Op is "MatMul" or "Add").Select(n => n.Op));
        var x = Tensor.Create<float>(new Shape(1, 3), [0.1f, 0.2f, 0.3f]);
        float[] y = GraphEvaluator.Run(graph, new Dictionary<string, Tensor> { ["x"] = x })["y"].Span<float>().ToArray();
        Assert.Equal(0.05 - 0.2 + 1.05 + 1, y[0], 1e-5);
        Assert.Equal(0.075 - 0.525 - 0.3, y[1], 1e-5);
    }

    [Fact]
    public void A_bias_the_accumulator_cannot_hold_stays_a_real_number_behind_the_layer()
    {
        Graph graph = new QuantizeLayerWeights(new Dictionary<string, LayerWeights> { ["layer"] = _weights with { Bias = [1e9f, 0] } })
            .Run(InputQuantized(new ModelBuilder().Node("layer", "Gemm", "d w", "y", ("transB", 1))));
        Node add = graph.Nodes.Single(n => n.Op == "Add");
        Assert.Equal([1e9f, 0], graph.Constants[add.Inputs[1]].Span<float>().ToArray());
        Assert.Equal(2, graph.Nodes.Single(n => n.Name == "layer").Inputs.Length);
    }

    [Fact]
    public void A_layer_whose_input_is_real_cannot_be_quantized()
    {
        Graph graph = RandomNetworks.Import(
            new ModelBuilder().Input("x", -1, 3).Weight("w", 2, 3).Node("layer", "Gemm", "x w", "y", ("transB", 1)).Output("y").Bytes);
        Assert.Throws<InvalidOperationException>(
            () => new QuantizeLayerWeights(new Dictionary<string, LayerWeights> { ["layer"] = _weights }).Run(graph));
    }

    /// <summary>An input in steps of 0.1, and float weights for three inputs and two outputs.</summary>
    private static Graph InputQuantized(ModelBuilder m) => Compiler.Import.OnnxImporter.Import(
        m.Input("x", -1, 3).Scalar("xs", 0.1f).Constant("xz", Tensor.Scalar((sbyte)0)).Weight("w", 2, 3).Weight("t", 3, 2)
            .Node("QuantizeLinear", "x xs xz", "q").Node("DequantizeLinear", "q xs xz", "d").Output("y").Bytes, null,
        Compiler.Import.ImportOptions.Default with { Optimise = false });
}
