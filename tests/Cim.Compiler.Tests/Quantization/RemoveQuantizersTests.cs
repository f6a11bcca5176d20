using Cim.Compiler.Ir;
using Cim.Compiler.Quantization;
using Cim.Compiler.Tests.Support;
using Cim.Runtime.Tensors;
using Xunit;

namespace Cim.Compiler.Tests.Quantization;

/// <summary>Afterwards a quantized network computes on real numbers again.</summary>
public sealed class RemoveQuantizersTests
{
    [Fact]
    public void Constants_become_what_their_integers_stand_for_and_activations_pass_unrounded()
    {
        Graph graph = new RemoveQuantizers().Run(RandomNetworks.Import(Quantized().Bytes));
        Assert.DoesNotContain(graph.Nodes, n => n.Op is "QuantizeLinear" or "DequantizeLinear");
        MvmLayer layer = Assert.Single(MvmLayers.Find(graph));
        Assert.Equal([0.5f, -1, 20, 30], layer.WeightMatrix.Span<float>().ToArray());

        var inputs = new Dictionary<string, Tensor> { ["x"] = TensorAssert.Random(new Shape(3, 2), 1) };
        Tensor y = GraphEvaluator.Run(graph, inputs)["y"];
        byte[] plain = new ModelBuilder().Input("x", -1, 2).Constant("w", Tensor.Create<float>(new Shape(2, 2), [0.5f, -1, 20, 30]))
            .Node("Gemm", "x w", "y", ("transB", 1)).Output("y").Bytes;
        TensorAssert.Close(OnnxRuntimeReference.Run(plain, inputs)["y"], y, 1e-6, "y");
    }

    [Theory, InlineData(1), InlineData(2)]
    public void A_network_quantized_after_training_has_its_float_operators_back(int seed)
    {
        Graph graph = RandomNetworks.Import(RandomNetworks.Chain(seed));
        Graph quantized = QuantizedNetworks.Quantize(graph, QuantizedNetworks.Uniform(graph, 8));
        Graph back = new RemoveQuantizers().Run(quantized);
        GraphVerifier.Verify(back, nameof(RemoveQuantizers));
        Assert.Equal(graph.Nodes.Select(n => (n.Name, n.Op)), back.Nodes.Select(n => (n.Name, n.Op)));
        Assert.All(MvmLayers.Find(quantized).Zip(MvmLayers.Find(back)), pair =>
        {
            Assert.Null(pair.Second.WeightDequantize);
            Assert.Equal(pair.First.WeightMatrix.Span<float>().ToArray(), pair.Second.WeightMatrix.Span<float>().ToArray());
            Assert.Equal(pair.First.Bias, pair.Second.Bias);
        });
    }

    /// <summary>An 8-bit input, and weights with a scale for each output.</summary>
    private static ModelBuilder Quantized() => new ModelBuilder().Input("x", -1, 2).Scalar("xs", 0.25f)
        .Constant("xz", Tensor.Scalar((sbyte)0)).Constant("wq", Tensor.Create<sbyte>(new Shape(2, 2), [1, -2, 2, 3]))
        .Constant("ws", Tensor.Create<float>(new Shape(2), [0.5f, 10])).Constant("wz", Tensor.Create<sbyte>(new Shape(2), [0, 0]))
        .Node("QuantizeLinear", "x xs xz", "q").Node("DequantizeLinear", "q xs xz", "d")
        .Node("DequantizeLinear", "wq ws wz", "w", ("axis", 0)).Node("Gemm", "d w", "y", ("transB", 1)).Output("y");
}
