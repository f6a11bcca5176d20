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
    public void Other_types_are_reported_as_unsupported() =>
        ImportAssert.Fails(new ModelBuilder(21).Input("x", -1, 8).Scalar("s", 1f)
            .Node("quantizer", "QuantizeLinear", "x s", "q", ("output_dtype", 17)).Node("DequantizeLinear", "q s", "y").Output("y"),
            ErrorCodes.UnsupportedOperators, "'quantizer'", "17");

    [Fact]
    public void Scales_of_blocks_that_do_not_fit_are_an_error() =>
        ImportAssert.Fails(new ModelBuilder(21).Input("x", 2, 8).Weight("s", 2, 3)
            .Node("quantizer", "QuantizeLinear", "x s", "q", ("block_size", 4), ("axis", 1)).Node("Cast", "q", "y", ("to", 1)).Output("y"),
            ErrorCodes.InvalidGraph, "quantizer", "blocks of 4");

    [Theory]
    [InlineData(8, 2)]
    [InlineData(7, 2)]
    public void Scales_of_blocks_are_spread_over_their_elements(int rows, int blocks)
    {
        sbyte[] weights = [.. Enumerable.Range(0, rows * 3).Select(i => (sbyte)((i * 37 % 255) - 127))];
        Graph graph = ImportAssert.SameAsOnnxRuntime(new ModelBuilder(21).Input("x", -1, rows)
            .Constant("w", Tensor.Create<sbyte>(new Shape(rows, 3), weights)).Uniform("s", 0.01f, 0.05f, blocks, 3)
            .Node("DequantizeLinear", "w s", "d", ("block_size", 4), ("axis", 0)).Node("MatMul", "x d", "y").Output("y"));
        Assert.Equal("Gemm", Assert.Single(graph.Nodes).Op);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(4)]
    public void Integers_of_16_bits_are_rounded_and_clipped_as_such(int type) =>
        ImportAssert.SameAsOnnxRuntime(new ModelBuilder(21).Input("x", -1, 8).Scalar("s", 0.001f)
            .Node("QuantizeLinear", "x s", "q", ("output_dtype", type)).Node("DequantizeLinear", "q s", "y").Output("y"), low: -90,
                high: 90);
}
