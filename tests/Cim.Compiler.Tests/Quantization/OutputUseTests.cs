using Cim.Compiler.Ir;
using Cim.Compiler.Quantization;
using Cim.Compiler.Tests.Support;
using Cim.Runtime.Tensors;
using Xunit;

namespace Cim.Compiler.Tests.Quantization;

public sealed class OutputUseTests
{
    [Fact]
    public void A_Relu_sees_what_is_positive()
    {
        OutputUse use = Of(b => b.Node("Relu", "m", "y"));
        Assert.True(use.IsClamped);
        Assert.True(use.Sees(0, 0.5f));
        Assert.False(use.Sees(1, -0.5f));
        Assert.False(use.IsFinal);
    }

    [Fact]
    public void Both_bounds_of_a_Clip_hide_outputs()
    {
        OutputUse use = Of(b => b.Constant("low", Tensor.Scalar(0f)).Constant("high", Tensor.Scalar(6f)).Node("Clip", "m low high", "y"));
        Assert.Equal([false, true, false], new[] { -1f, 3f, 7f }.Select(v => use.Sees(0, v)));
    }

    [Theory]
    [InlineData("Softmax", true)]
    [InlineData("Identity", true)]
    [InlineData("Tanh", false)]
    public void Scores_and_probabilities_of_the_network_are_final(string op, bool isFinal)
    {
        OutputUse use = Of(b => b.Node(op, "m", "y"));
        Assert.Equal(isFinal, use.IsFinal);
        Assert.False(use.IsClamped);
    }

    private static OutputUse Of(Func<ModelBuilder, ModelBuilder> rest)
    {
        Graph graph = RandomNetworks.Import(rest(new ModelBuilder().Input("x", -1, 2)
            .Constant("w", Tensor.Create<float>(new(2, 2), [1f, 0f, 0f, 1f])).Node("MatMul", "x w", "m")).Output("y").Bytes);
        return OutputUse.Of(new GraphTopology(graph), Assert.Single(MvmLayers.Find(graph)));
    }
}
