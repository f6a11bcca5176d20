using Cim.Compiler.Ir;
using Cim.Compiler.Lowering;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Cim.Runtime.Tensors;
using Xunit;

namespace Cim.Compiler.Tests.Lowering;

/// <summary>Afterwards no layer has a bias that the integers of the accumulator cannot hold.</summary>
public sealed class SplitLargeBiasesTests
{
    /// <summary>A unit of the accumulator is 0.1 * 0.01, and its integers for biases end at 2^30 of them.</summary>
    [Theory]
    [InlineData(1f, false)]
    [InlineData(1.07e6f, false)]
    [InlineData(1.08e6f, true)]
    public void A_bias_beyond_the_accumulator_is_added_behind_the_layer(float bias, bool splits)
    {
        Graph graph = ImportAssert.PassKeepsResults(Dense(bias), new SplitLargeBiases());
        Assert.Equal(splits, graph.Nodes.Any(n => n.Op == "Add"));
        Assert.Equal(splits ? 2 : 3, graph.Nodes.Single(n => n.Op == "Gemm").Inputs.Length);
    }

    [Fact]
    public void The_channels_of_a_convolution_keep_their_own_biases()
    {
        ModelBuilder m = Input(new ModelBuilder().Input("x", -1, 2, 3, 3), new Shape(3, 2, 1, 1))
            .Constant("b", Tensor.Create<float>(new Shape(3), [0, 2e6f, -1])).Node("Conv", "d w b", "y").Output("y");
        Graph graph = ImportAssert.PassKeepsResults(m, new SplitLargeBiases());
        Node add = graph.Nodes.Single(n => n.Op == "Add");
        Assert.Equal(new Shape(3, 1, 1), graph.Constants[add.Inputs[1]].Shape);
        Assert.Equal([0, 2e6f, -1], graph.Constants[add.Inputs[1]].Span<float>().ToArray());
    }

    [Fact]
    public void A_layer_with_real_weights_has_no_accumulator_of_integers()
    {
        ModelBuilder m = new ModelBuilder().Input("x", -1, 4).Weight("w", 3, 4)
            .Constant("b", Tensor.Create<float>(new Shape(3), [1e20f, 0, 0]))
            .Node("Gemm", "x w b", "y", ("transB", 1)).Output("y");
        Graph graph = RandomNetworks.Import(m.Bytes);
        Assert.Same(graph, new SplitLargeBiases().Run(graph));
    }

    private static ModelBuilder Dense(float bias) => Input(new ModelBuilder().Input("x", -1, 4), new Shape(3, 4))
        .Constant("b", Tensor.Create<float>(new Shape(3), [bias, -0.5f, 0])).Node("Gemm", "d w b", "y", ("transB", 1)).Output("y");

    private static ModelBuilder Input(ModelBuilder m, Shape weights)
    {
        sbyte[] integers = [.. Enumerable.Range(0, (int)weights.Elements).Select(i => (sbyte)((i * 7 % 41) - 20))];
        return m.Scalar("xs", 0.1f).Constant("xz", Tensor.Scalar((sbyte)0)).Scalar("ws", 0.01f).Constant("wz", Tensor.Scalar((sbyte)0))
            .Constant("wq", Tensor.Create<sbyte>(weights, integers)).Node("QuantizeLinear", "x xs xz", "q")
            .Node("DequantizeLinear", "q xs xz", "d").Node("DequantizeLinear", "wq ws wz", "w");
    }
}
