using Cim.Compiler.Import;
using Cim.Compiler.Ir;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Cim.Runtime.Tensors;
using Xunit;

namespace Cim.Compiler.Tests.Import.Upgrades;

/// <summary>QuantizeLinear and DequantizeLinear of newer opsets; integers of 4 bits live in bytes.</summary>
public sealed class UpgradeQuantizationTests
{
    [Theory]
    [InlineData(2, ElementType.UInt8)]
    [InlineData(3, ElementType.Int8)]
    public void The_asked_type_becomes_a_zero_point_of_that_type(int type, ElementType expected)
    {
        ModelBuilder m = new ModelBuilder(21).Input("x", -1, 8).Scalar("s", 0.01f)
            .Node("QuantizeLinear", "x s", "q", ("output_dtype", type)).Node("DequantizeLinear", "q s", "y").Output("y");
        Graph graph = ImportAssert.SameAsOnnxRuntime(m);
        Node quantize = graph.Nodes.First(n => n.Op == "QuantizeLinear");
        Assert.Equal(expected, graph.Constants[quantize.Inputs[2]].Type);
        Assert.False(quantize.Attributes.Has("output_dtype"));
    }

    [Theory]
    [InlineData(21, 0, 15)]
    [InlineData(22, -8, 7)]
    public void Four_bits_are_held_in_bytes_that_say_so(int type, int low, int high)
    {
        ModelBuilder m = new ModelBuilder(21).Input("x", -1, 5).Scalar("s", 1f)
            .Node("QuantizeLinear", "x s", "q", ("output_dtype", type)).Node("DequantizeLinear", "q s", "y").Output("y");
        Graph graph = OnnxImporter.Import(m.Bytes, null);
        Assert.Equal(4, graph.Nodes.First(n => n.Op == "QuantizeLinear").Attributes.Int(Node.BitsAttribute, 8));
        var x = Tensor.Create<float>(new Shape(1, 5), [-100, -2.5f, 0.5f, 3, 100]);
        Assert.Equal(new float[] { low, Math.Max(low, -2), 0, 3, high },
            GraphEvaluator.Run(graph, new Dictionary<string, Tensor> { ["x"] = x })["y"].Span<float>().ToArray());
    }

    [Fact]
    public void Blocks_and_other_types_are_reported_as_unsupported()
    {
        ModelBuilder Model(string attribute, int value) => new ModelBuilder(21).Input("x", -1, 8).Scalar("s", 1f)
            .Node("quantizer", "QuantizeLinear", "x s", "q", (attribute, value)).Node("DequantizeLinear", "q s", "y").Output("y");
        ImportAssert.Fails(Model("block_size", 4), ErrorCodes.UnsupportedOperators, "'quantizer'", "block_size");
        ImportAssert.Fails(Model("output_dtype", 17), ErrorCodes.UnsupportedOperators, "'quantizer'", "17");
    }
}
