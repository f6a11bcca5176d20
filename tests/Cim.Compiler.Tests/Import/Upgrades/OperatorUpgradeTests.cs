using Cim.Compiler.Ir;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Cim.Runtime.Tensors;
using Cim.Tests.Shared;
using CsCheck;
using Xunit;

namespace Cim.Compiler.Tests.Import.Upgrades;

/// <summary>Operators of old opsets compute, in the form of today, what ONNX Runtime makes of the original.</summary>
public sealed class OperatorUpgradeTests
{
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

    /// <summary>A start that is clamped to an element, in either direction, and an end at least one element away.</summary>
    private static readonly Gen<(int Size, int Step, int Start, int End)> _slices =
        Gen.Select(Gen.Int[2, 6], Gen.Int[1, 3], Gen.Bool, Gen.Bool).SelectMany((size, step, forward, below) => Gen.Select(
            forward ? Gen.Int[-9, -size - 1] : below ? Gen.Int[-12, -size - 1] : Gen.Int[size, 11],
            forward ? Gen.Int[1, 11] : Gen.Int[-20, -size - 1],
            (start, end) => (size, forward ? step : -step, start, end)));

    [Fact]
    public void Slices_clamp_their_bounds() => _slices.Holds(60, slice => ImportAssert.SameAsOnnxRuntime(
        new ModelBuilder(13).Input("x", -1, slice.Size).Ints("s", slice.Start).Ints("e", slice.End).Ints("a", 1).Ints("t", slice.Step)
            .Node("Slice", "x s e a t", "y").Output("y")));

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
