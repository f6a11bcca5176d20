using Cim.Compiler.Ir;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Cim.Runtime.Tensors;
using Xunit;

namespace Cim.Compiler.Tests.Import;

/// <summary>Operators of old opsets compute, in today's form, what ONNX Runtime makes of the original.</summary>
public sealed class UpgradeTests
{
    [Theory]
    [InlineData(7, 1)]
    [InlineData(11, 2)]
    [InlineData(11, 0)]
    [InlineData(11, -1)]
    [InlineData(11, -2)]
    [InlineData(13, 1)]
    public void Softmax(int opset, int axis)
    {
        if (axis < 0 && opset < 11) return;
        ImportAssert.SameAsOnnxRuntime(new ModelBuilder(opset).Input("x", 2, 3, 4).Node("Softmax", "x", "y", ("axis", axis)).Output("y"));
    }

    [Fact]
    public void Softmax_of_a_matrix_stays_a_single_operator()
    {
        Graph graph = ImportAssert.SameAsOnnxRuntime(new ModelBuilder(9).Input("x", -1, 10).Node("Softmax", "x", "y").Output("y"));
        Assert.Equal("Softmax", Assert.Single(graph.Nodes).Op);
    }

    [Fact]
    public void Clip_with_attributes() =>
        ImportAssert.SameAsOnnxRuntime(
            new ModelBuilder(7).Input("x", -1, 3, 4).Node("Clip", "x", "y", ("min", -0.3f), ("max", 0.5f)).Output("y"));

    [Fact]
    public void Pad_with_attributes() =>
        ImportAssert.SameAsOnnxRuntime(new ModelBuilder(7).Input("x", -1, 3, 4)
            .Node("Pad", "x", "y", ("pads", new[] { 0, 1, 0, 0, 0, 2 }), ("value", 0.25f)).Output("y"));

    [Fact]
    public void Slice_with_attributes() =>
        ImportAssert.SameAsOnnxRuntime(new ModelBuilder(7).Input("x", -1, 5, 4)
            .Node("Slice", "x", "y", ("starts", new[] { 1, 0 }), ("ends", new[] { 4, -1 }), ("axes", new[] { 1, 2 })).Output("y"));

    [Fact]
    public void Squeeze_and_Unsqueeze_with_attributes() =>
        ImportAssert.SameAsOnnxRuntime(new ModelBuilder(7).Input("x", -1, 1, 4).Node("Squeeze", "x", "s", ("axes", new[] { 1 }))
            .Node("Exp", "s", "e").Node("Unsqueeze", "e", "y", ("axes", new[] { 2 })).Output("y"));

    [Theory]
    [InlineData(7)]
    [InlineData(13)]
    public void Split_into_equal_parts(int opset) =>
        ImportAssert.SameAsOnnxRuntime(new ModelBuilder(opset).Input("x", -1, 6).Node("Split", "x", "a b c", ("axis", 1))
            .Node("Sub", "c a", "y").Node("Neg", "b", "z").Output("y").Output("z"));

    [Fact]
    public void Split_with_attributes() =>
        ImportAssert.SameAsOnnxRuntime(new ModelBuilder(7).Input("x", -1, 6)
            .Node("Split", "x", "a b", ("axis", 1), ("split", new[] { 2, 4 })).Node("Neg", "a", "y").Node("Neg", "b", "z").Output("y")
            .Output("z"));

    [Theory]
    [InlineData("ReduceMean")]
    [InlineData("ReduceSum")]
    [InlineData("ReduceMax")]
    public void Reductions_with_attributes(string op) =>
        ImportAssert.SameAsOnnxRuntime(
            new ModelBuilder(11).Input("x", -1, 3, 4).Node(op, "x", "y", ("axes", new[] { 2 }), ("keepdims", 0)).Output("y"));

    [Theory]
    [InlineData(7, "nearest")]
    [InlineData(9, "nearest")]
    [InlineData(9, "linear")]
    public void Upsample(int opset, string mode)
    {
        ModelBuilder m = new ModelBuilder(opset).Input("x", 1, 2, 3, 4);
        _ = opset < 9
            ? m.Node("Upsample", "x", "y", ("scales", new[] { 1f, 1f, 2f, 2f }), ("mode", mode))
            : m.Constant("s", Tensor.Create<float>(new Shape(4), [1, 1, 2, 3])).Node("Upsample", "x s", "y", ("mode", mode));
        ImportAssert.SameAsOnnxRuntime(m.Output("y"));
    }

    [Fact]
    public void Resize_of_opset_10() =>
        ImportAssert.SameAsOnnxRuntime(new ModelBuilder(10).Input("x", 1, 2, 3, 4)
            .Constant("s", Tensor.Create<float>(new Shape(4), [1, 1, 2, 1.5f])).Node("Resize", "x s", "y", ("mode", "nearest"))
            .Output("y"));

    [Fact]
    public void Dropout_and_its_mask()
    {
        Graph graph = Compiler.Import.OnnxImporter.Import(new ModelBuilder(12).Input("x", -1, 3).Node("Dropout", "x", "d m")
            .Node("Relu", "d", "y").Node("Cast", "m", "n", ("to", 1)).Output("y").Output("n").Bytes, null);
        Tensor x = TensorAssert.Random(new Shape(2, 3), 1);
        Dictionary<string, Tensor> result = GraphEvaluator.Run(graph, new Dictionary<string, Tensor> { ["x"] = x });
        Assert.All(result["n"].Span<float>().ToArray(), v => Assert.Equal(1, v));
    }

    [Fact]
    public void Batch_normalization_of_opset_7() =>
        ImportAssert.SameAsOnnxRuntime(new ModelBuilder(7).Input("x", -1, 3, 4, 4).Uniform("g", 0.5f, 1, 3).Uniform("b", -1, 1, 3)
            .Uniform("m", -1, 1, 3).Uniform("v", 0.5f, 1, 3)
            .Node("BatchNormalization", "x g b m v", "y", ("momentum", 0.9f)).Output("y"));

    public static TheoryData<int, int> NarrowCasts
    {
        get
        {
            var data = new TheoryData<int, int>();
            foreach (int narrow in (int[])[22, 21, 5, 4, 3, 2, 12])
                foreach (int from in (int[])[1, 6, 7]) data.Add(from, narrow);
            return data;
        }
    }

    [Theory, MemberData(nameof(NarrowCasts))]
    public void Casts_to_narrow_integers_keep_their_low_bits(int from, int narrow) =>
        ImportAssert.SameAsOnnxRuntime(
            new ModelBuilder(21).Input("x", -1, 300).Node("Cast", "x", "i", ("to", from)).Node("Cast", "i", "n", ("to", narrow))
            .Node("Cast", "n", "y", ("to", 1)).Output("y"), low: narrow == 12 ? 0 : -90000, high: 90000);

    [Fact]
    public void Slices_clamp_their_bounds()
    {
        var random = new Random(5);
        for (int i = 0; i < 60; i++)
        {
            // A start that is clamped to an element, in either direction, and at least one element.
            int step = random.Next(2) == 0 ? random.Next(1, 4) : -random.Next(1, 4), size = random.Next(2, 7);
            int[] start = step > 0 ? [random.Next(-9, -size)] : random.Next(2) == 0 ? [random.Next(-12, -size)] : [random.Next(size, 12)];
            int[] end = step > 0 ? [random.Next(1, 12)] : [random.Next(-20, -size)];
            ModelBuilder model = new ModelBuilder(13).Input("x", -1, size).Ints("s", start[0]).Ints("e", end[0]).Ints("a", 1)
                .Ints("t", step)
                .Node("Slice", "x s e a t", "y").Output("y");
            ImportAssert.SameAsOnnxRuntime(model);
        }
    }

    [Fact]
    public void Casts_to_types_that_are_not_computed_with_go_to_the_wider_one()
    {
        Graph graph = Compiler.Import.OnnxImporter.Import(new ModelBuilder(13).Input("x", -1, 3).Node("Cast", "x", "d", ("to", 11))
            .Node("Relu", "d", "r").Node("Cast", "r", "y", ("to", 1)).Output("y").Bytes, null);
        Assert.Equal("Relu", Assert.Single(graph.Nodes).Op);
    }

    [Fact]
    public void Constant_nodes_of_every_kind()
    {
        ModelBuilder m = new ModelBuilder(13).Input("x", -1, 3).Node("Constant", "", "f", ("value_float", 2.5f))
            .Node("Constant", "", "l", ("value_floats", new[] { 1f, 2f, 3f }))
            .Node("Constant", "", "i", ("value_ints", new[] { 1 })).Node("Mul", "x f", "a").Node("Add", "a l", "b")
                .Node("Unsqueeze", "b i", "y").Output("y");
        ImportAssert.SameAsOnnxRuntime(m);
    }
}
