using Cim.Compiler.Import.Passes;
using Cim.Compiler.Ir;
using Cim.Compiler.Tests.Support;
using Cim.Runtime.Tensors;
using Xunit;

namespace Cim.Compiler.Tests.Import.Passes;

/// <summary>Afterwards scale and shift are in the layer before, or a Mul and an Add.</summary>
public sealed class FoldBatchNormalizationTests
{
    private static ModelBuilder Statistics(ModelBuilder m, string name, int channels) => m
        .Uniform(name + "g", 0.5f, 1.5f, channels).Uniform(name + "b", -1, 1, channels)
        .Uniform(name + "m", -0.5f, 0.5f, channels).Uniform(name + "v", 0.2f, 2, channels);

    [Theory]
    [InlineData(1, true)]
    [InlineData(1, false)]
    [InlineData(2, true)]
    [InlineData(6, false)]
    public void Batch_normalization_behind_a_convolution_disappears(int groups, bool bias)
    {
        ModelBuilder m = new ModelBuilder().Input("x", -1, 6, 9, 8).Weight("w", 12, 6 / groups, 3, 3).Weight("c", 12);
        Statistics(m, "n", 12).Node(
            "Conv", bias ? "x w c" : "x w", "y", ("group", groups), ("pads", new[] { 1, 0, 2, 1 }), ("strides", new[] { 2, 1 }))
            .Node("BatchNormalization", "y ng nb nm nv", "z", ("epsilon", 1e-3f)).Node("Relu", "z", "r").Output("r");
        Graph graph = ImportAssert.SameAsOnnxRuntime(m);
        Assert.Equal(["Conv", "Relu"], graph.Nodes.Select(n => n.Op));
    }

    [Fact]
    public void Batch_normalization_behind_a_matrix_product_disappears_even_as_the_graph_output()
    {
        ModelBuilder m = new ModelBuilder().Input("x", -1, 10).Weight("w", 10, 7);
        Statistics(m, "n", 7).Node("MatMul", "x w", "y").Node("BatchNormalization", "y ng nb nm nv", "z").Output("z");
        Graph graph = ImportAssert.SameAsOnnxRuntime(m);
        Assert.Equal("z", Assert.Single(graph.Nodes).Outputs[0]);
    }

    [Fact]
    public void Batch_normalization_without_a_layer_before_it_becomes_scale_and_shift()
    {
        ModelBuilder m = new ModelBuilder().Input("x", -1, 4, 5, 5);
        Statistics(m, "n", 4).Node("Relu", "x", "y").Node("BatchNormalization", "y ng nb nm nv", "z").Output("z");
        Assert.Equal(["Relu", "Mul", "Add"], ImportAssert.SameAsOnnxRuntime(m).Nodes.Select(n => n.Op));
    }

    [Fact]
    public void A_convolution_read_twice_keeps_its_batch_normalization_apart()
    {
        ModelBuilder m = new ModelBuilder().Input("x", -1, 3, 5, 5).Weight("w", 4, 3, 1, 1);
        Statistics(m, "n", 4).Node("Conv", "x w", "y").Node("BatchNormalization", "y ng nb nm nv", "z").Node("Add", "y z", "s").Output("s");
        Graph graph = ImportAssert.SameAsOnnxRuntime(m);
        Assert.Contains(graph.Nodes, n => n.Op == "Mul");
    }

    [Fact]
    public void The_scale_is_gamma_over_the_deviation_and_the_shift_what_it_leaves_of_beta()
    {
        ModelBuilder m = new ModelBuilder().Input("x", -1, 1, 2, 2).Constant("w", Tensor.Create<float>(new Shape(1, 1, 1, 1), [2]))
            .Constant("c", Tensor.Create<float>(new Shape(1), [5])).Constant("g", Tensor.Create<float>(new Shape(1), [3]))
            .Constant("b", Tensor.Create<float>(new Shape(1), [0.5f])).Constant("m", Tensor.Create<float>(new Shape(1), [1]))
            .Constant("v", Tensor.Create<float>(new Shape(1), [4]))
            .Node("Conv", "x w c", "y").Node("BatchNormalization", "y g b m v", "z", ("epsilon", 0f)).Output("z");
        MvmLayer layer = Assert.Single(MvmLayers.Find(ImportAssert.PassKeepsResults(m, new FoldBatchNormalization())));
        // 3 / sqrt(4) * (2 x + 5 - 1) + 0.5
        Assert.Equal(3, layer.WeightMatrix.Span<float>()[0], 1e-6);
        Assert.Equal(6.5, layer.Bias![0], 1e-6);
    }
}
