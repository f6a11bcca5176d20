using Cim.Compiler.Ir;
using Cim.Compiler.Quantization;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Cim.Runtime.Tensors;
using Xunit;

namespace Cim.Compiler.Tests.Quantization;

/// <summary>Which values can never be negative.</summary>
public sealed class NonNegativeValuesTests
{
    [Theory]
    [InlineData("Relu", true)]
    [InlineData("Sigmoid", true)]
    [InlineData("Softmax", true)]
    [InlineData("Exp", true)]
    [InlineData("Abs", true)]
    [InlineData("Tanh", false)]
    [InlineData("Neg", false)]
    [InlineData("LeakyRelu", false)]
    public void Of_any_input_the_operator_decides(string op, bool expected) =>
        Assert.Equal(expected, Holds(new ModelBuilder().Input("x", -1, 4).Node(op, "x", "y").Output("y")));

    [Theory]
    [InlineData("Add", "r s", true)]
    [InlineData("Add", "r x", false)]
    [InlineData("Mul", "r s", true)]
    [InlineData("Mul", "x x", false)]
    [InlineData("Sub", "r s", false)]
    [InlineData("Max", "r x", true)]
    [InlineData("Min", "r x", false)]
    [InlineData("Add", "r one", true)]
    [InlineData("Add", "r below", false)]
    public void Of_two_inputs_both_decide(string op, string inputs, bool expected) => Assert.Equal(expected, Holds(
        new ModelBuilder().Input("x", -1, 4).Scalar("one", 1).Scalar("below", -1e-3f).Node("Relu", "x", "r").Node("Sigmoid", "x", "s")
            .Node(op, inputs, "y").Output("y")));

    [Theory]
    [InlineData(0, true)]
    [InlineData(-0.1f, false)]
    public void A_clip_is_where_its_lower_limit_is(float low, bool expected) => Assert.Equal(expected, Holds(
        new ModelBuilder().Input("x", -1, 4).Scalar("low", low).Scalar("high", 6).Node("Clip", "x low high", "y").Output("y")));

    [Fact]
    public void What_is_said_is_true_of_the_values_of_a_network()
    {
        Graph graph = RandomNetworks.Import(RandomNetworks.Residual(3));
        var known = new NonNegativeValues(new GraphTopology(graph));
        string[] claimed = [.. graph.Nodes.Select(n => n.Outputs[0]).Where(known.Contains)];
        Assert.Contains("r5", claimed);
        Dictionary<string, Tensor> values = GraphEvaluator.Run(graph with { Outputs = [.. claimed] },
            new Dictionary<string, Tensor> { ["x"] = TensorAssert.Random(new Shape(6, 4, 8, 8), 1, -3, 3) });
        Assert.All(claimed, v => Assert.True(values[v].Span<float>().ToArray().Min() >= 0, v));
    }

    private static bool Holds(ModelBuilder model)
    {
        Graph graph = RandomNetworks.Import(model.Bytes);
        return new NonNegativeValues(new GraphTopology(graph)).Contains("y");
    }
}
