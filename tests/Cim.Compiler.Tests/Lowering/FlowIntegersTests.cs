using Cim.Compiler.Import.Passes;
using Cim.Compiler.Ir;
using Cim.Compiler.Lowering;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Cim.Runtime.Tensors;
using Xunit;

namespace Cim.Compiler.Tests.Lowering;

/// <summary>Afterwards operators that only move values work on integers.</summary>
public sealed class FlowIntegersTests
{
    [Fact]
    public void Moving_a_dequantized_value_is_dequantizing_the_moved_integers()
    {
        Graph graph = ImportAssert.PassKeepsResults(Quantized(0)
            .Node("MaxPool", "d", "p", ("kernel_shape", new[] { 2, 2 }), ("strides", new[] { 2, 2 })).Node("Flatten", "p", "y")
            .Output("y"), new FlowIntegers());
        Assert.Equal(["QuantizeLinear", "MaxPool", "Flatten", "DequantizeLinear"], Needed(graph));
        Assert.Equal(ElementType.Int8, graph.Values[graph.Nodes.Single(n => n.Op == "MaxPool").Outputs[0]].Type);
    }

    [Fact]
    public void A_value_quantized_again_with_the_same_parameters_is_its_integers()
    {
        Graph graph = ImportAssert.PassKeepsResults(Quantized(3).Node("Transpose", "d", "t", ("perm", new[] { 0, 2, 3, 1 }))
            .Node("QuantizeLinear", "t s z", "q2").Node("DequantizeLinear", "q2 s z", "d2").Node("Abs", "d2", "y").Output("y"),
            new FlowIntegers());
        Assert.Equal(["QuantizeLinear", "Transpose", "DequantizeLinear", "Abs"], Needed(graph));
    }

    [Fact]
    public void Other_parameters_are_another_quantization()
    {
        Graph graph = ImportAssert.PassKeepsResults(Quantized(0).Scalar("wide", 0.2f)
            .Node("QuantizeLinear", "d wide z", "q2").Node("DequantizeLinear", "q2 wide z", "y").Output("y"), new FlowIntegers());
        Assert.Equal(2, graph.Nodes.Count(n => n.Op == "QuantizeLinear"));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(5, false)]
    public void Padding_with_zeros_flows_where_zero_is_the_integer_zero(int zeroPoint, bool flows)
    {
        Graph graph = ImportAssert.PassKeepsResults(Quantized((sbyte)zeroPoint).Ints("pads", 0, 0, 1, 1, 0, 0, 1, 1)
            .Node("Pad", "d pads", "y").Output("y"), new FlowIntegers());
        Assert.Equal(flows ? ["QuantizeLinear", "Pad", "DequantizeLinear"] : ["QuantizeLinear", "DequantizeLinear", "Pad"],
            Needed(graph));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Parts_of_a_concatenation_flow_where_they_share_their_parameters(bool shared)
    {
        Graph graph = ImportAssert.PassKeepsResults(Quantized(0).Scalar("s2", shared ? 0.05f : 0.04f).Node("Neg", "x", "n")
            .Node("QuantizeLinear", "n s2 z", "r").Node("DequantizeLinear", "r s2 z", "e").Node("Concat", "d e", "y", ("axis", 1))
            .Output("y"), new FlowIntegers());
        Node concat = graph.Nodes.Single(n => n.Op == "Concat");
        Assert.Equal(shared ? ElementType.Int8 : ElementType.Float32, graph.Values[concat.Outputs[0]].Type);
    }

    /// <summary>The operators whose results something reads: those the integers go around stay until dead nodes are removed.</summary>
    private static IEnumerable<string> Needed(Graph graph) => new RemoveDeadNodes().Run(graph).Nodes.Select(n => n.Op);

    private static ModelBuilder Quantized(sbyte zeroPoint) => new ModelBuilder().Input("x", -1, 2, 4, 4).Scalar("s", 0.05f)
        .Constant("z", Tensor.Scalar(zeroPoint)).Node("QuantizeLinear", "x s z", "q").Node("DequantizeLinear", "q s z", "d");
}
