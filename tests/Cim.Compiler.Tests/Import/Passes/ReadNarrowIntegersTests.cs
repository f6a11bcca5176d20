using Cim.Compiler.Import;
using Cim.Compiler.Import.Passes;
using Cim.Compiler.Ir;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Cim.Runtime.Tensors;
using Xunit;

namespace Cim.Compiler.Tests.Import.Passes;

/// <summary>Afterwards integers of fewer than 8 bits say so.</summary>
public sealed class ReadNarrowIntegersTests
{
    [Theory]
    [InlineData(new sbyte[] { -1, 1, 1, -1 }, 1)]
    [InlineData(new sbyte[] { -1, 0, 1, 1 }, 2)]
    [InlineData(new sbyte[] { -2, 1, 0, 1 }, 2)]
    [InlineData(new sbyte[] { -3, 3, 0, 1 }, 3)]
    [InlineData(new sbyte[] { -8, 7, 0, 1 }, 4)]
    [InlineData(new sbyte[] { -8, 8, 0, 1 }, 5)]
    [InlineData(new sbyte[] { -65, 1, 0, 1 }, 8)]
    public void Quantized_constants_have_the_fewest_bits_that_hold_them(sbyte[] integers, long bits)
    {
        ModelBuilder m = new ModelBuilder().Input("x", -1, 2).Constant("q", Tensor.Create<sbyte>(new Shape(2, 2), integers))
            .Scalar("s", 0.1f).Node("DequantizeLinear", "q s", "w").Node("MatMul", "x w", "y").Output("y");
        Graph graph = ImportAssert.PassKeepsResults(m, new ReadNarrowIntegers());
        Assert.Equal(bits, graph.Nodes[0].Attributes.Int(Node.BitsAttribute, 8));
    }

    [Fact]
    public void A_zero_point_keeps_the_bits_of_a_byte()
    {
        ModelBuilder m = new ModelBuilder().Input("x", -1, 2).Constant("q", Tensor.Create<sbyte>(new Shape(2, 2), [1, 2, 3, 1]))
            .Scalar("s", 0.1f).Constant("z", Tensor.Scalar((sbyte)1)).Node("DequantizeLinear", "q s z", "w").Node("MatMul", "x w", "y")
            .Output("y");
        Graph graph = ImportAssert.PassKeepsResults(m, new ReadNarrowIntegers());
        Assert.Equal(8, graph.Nodes[0].Attributes.Int(Node.BitsAttribute, 8));
    }

    [Theory]
    [InlineData(0, 15, 4)]
    [InlineData(0, 7, 3)]
    [InlineData(0, 14, 8)]
    [InlineData(1, 15, 8)]
    public void A_clip_to_the_range_of_a_width_is_part_of_the_quantizer_before_it(byte low, byte high, long bits)
    {
        ModelBuilder m = new ModelBuilder().Input("x", -1, 20).Scalar("s", 0.05f).Constant("z", Tensor.Scalar((byte)0))
            .Constant("low", Tensor.Scalar(low)).Constant("high", Tensor.Scalar(high))
            .Node("QuantizeLinear", "x s z", "q").Node("Clip", "q low high", "c").Node("DequantizeLinear", "c s z", "y").Output("y");
        Graph before = OnnxImporter.Import(m.Bytes, null, ImportOptions.Default with { Optimise = false });
        Graph graph = new ReadNarrowIntegers().Run(before);
        string[] expected = bits == 8 ? ["QuantizeLinear", "Clip", "DequantizeLinear"] : ["QuantizeLinear", "DequantizeLinear"];
        Assert.Equal(expected, graph.Nodes.Select(n => n.Op));
        Assert.All(graph.Nodes.Where(n => n.Op != "Clip"), n => Assert.Equal(bits, n.Attributes.Int(Node.BitsAttribute, 8)));
        var inputs = new Dictionary<string, Tensor> { ["x"] = TensorAssert.Random(new Shape(2, 20), 3) };
        Tensor expectedValues = OnnxRuntimeReference.Run(m.Bytes, inputs)["y"], actual = GraphEvaluator.Run(graph, inputs)["y"];
        Assert.Equal(expectedValues.Span<float>().ToArray(), actual.Span<float>().ToArray());
    }

    [Fact]
    public void A_clip_something_else_reads_stays()
    {
        ModelBuilder m = new ModelBuilder().Input("x", -1, 20).Scalar("s", 0.05f).Constant("z", Tensor.Scalar((byte)0))
            .Constant("high", Tensor.Scalar((byte)15)).Node("QuantizeLinear", "x s z", "q").Node("Clip", "q z high", "c")
            .Node("DequantizeLinear", "c s z", "y").Node("Cast", "c", "i", ("to", 1)).Output("y").Output("i");
        Assert.Contains(ImportAssert.PassKeepsResults(m, new ReadNarrowIntegers()).Nodes, n => n.Op == "Clip");
    }
}
