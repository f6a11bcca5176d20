using Cim.Compiler.Ir;
using Cim.Compiler.Quantization;
using Cim.Compiler.Tests.Support;
using Cim.Runtime.Tensors;
using Xunit;

namespace Cim.Compiler.Tests.Quantization;

/// <summary>Which values are quantized, and which of them share a scale.</summary>
public sealed class ActivationGroupsTests
{
    [Fact]
    public void An_input_is_followed_through_operators_that_move_values_to_where_they_are_made()
    {
        ActivationGroup group = Assert.Single(Find(new ModelBuilder().Input("x", -1, 2, 4, 4).Weight("w", 3, 8).Node("Relu", "x", "r")
            .Node("MaxPool", "r", "p", ("kernel_shape", new[] { 2, 2 }), ("strides", new[] { 2, 2 })).Node("Flatten", "p", "f")
            .Node("dense", "Gemm", "f w", "y", ("transB", 1)).Output("y")));
        Assert.Equal(("r", "f", "dense"), (group.Roots.Single(), group.LayerInputs.Single(), group.Layers.Single()));
    }

    [Fact]
    public void Parts_of_a_concatenation_share_a_scale_with_every_other_reader()
    {
        ActivationGroup[] groups = Find(new ModelBuilder().Input("x", -1, 4).Weight("w", 3, 8).Weight("v", 3, 4).Node("Relu", "x", "a")
            .Node("Abs", "x", "b").Node("Concat", "a b", "c", ("axis", 1)).Node("both", "Gemm", "c w", "y", ("transB", 1))
            .Node("one", "Gemm", "b v", "z", ("transB", 1)).Output("y").Output("z"));
        ActivationGroup group = Assert.Single(groups);
        Assert.Equal(["a", "b"], group.Roots.Order());
        Assert.Equal(["both", "one"], group.Layers.Order());
    }

    [Fact]
    public void Layers_of_different_values_have_groups_of_their_own_and_one_value_has_one_group() =>
        Assert.Equal(["left right", "last"], Find(new ModelBuilder().Input("x", -1, 4).Weight("w", 4, 4).Weight("v", 4, 4).Weight("u", 4, 4)
            .Node("left", "Gemm", "x w", "l", ("transB", 1)).Node("right", "Gemm", "x v", "r", ("transB", 1)).Node("Mul", "l r", "m")
            .Node("last", "Gemm", "m u", "y", ("transB", 1)).Output("y")).Select(g => string.Join(' ', g.Layers)));

    [Fact]
    public void An_input_the_model_quantizes_itself_is_left_alone() =>
        Assert.Empty(Find(new ModelBuilder().Input("x", -1, 1, 4).Weight("w", 3, 4).Scalar("s", 0.1f)
            .Constant("z", Tensor.Scalar((sbyte)0)).Node("QuantizeLinear", "x s z", "q").Node("DequantizeLinear", "q s z", "d")
            .Node("Flatten", "d", "f").Node("dense", "Gemm", "f w", "y", ("transB", 1)).Output("y")));

    private static ActivationGroup[] Find(ModelBuilder model)
    {
        Graph graph = RandomNetworks.Import(model.Bytes);
        return [.. ActivationGroups.Find(graph, MvmLayers.Find(graph))];
    }
}
