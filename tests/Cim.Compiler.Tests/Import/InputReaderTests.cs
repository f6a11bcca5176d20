using System.Collections.Immutable;
using Cim.Compiler.Import;
using Cim.Compiler.Ir;
using Cim.Compiler.Tests.Support;
using Cim.Onnx.Proto;
using Cim.Runtime;
using Cim.Runtime.Tensors;
using Cim.Tests.Shared;
using CsCheck;
using Xunit;
using Dimension = Cim.Onnx.Proto.TensorShapeProto.Types.Dimension;

namespace Cim.Compiler.Tests.Import;

/// <summary>What a file leaves open of its inputs is the batch, or has a size, or is an error that says what to do.</summary>
public sealed class InputReaderTests
{
    private static readonly Gen<string> _names = Gen.OneOf("", "N", "batch", "batch_size", "unk__1", "unk__2", "a", "dynamic");

    /// <summary>An input; a dimension is a size, a name, or "" for an open one without a name.</summary>
    private static ModelBuilder Add(ModelBuilder m, string name, params object[] dims)
    {
        var shape = new TensorShapeProto();
        foreach (object d in dims)
            shape.Dim.Add(
                d is int size ? new Dimension { DimValue = size } : d is "" ? new Dimension() : new Dimension { DimParam = (string)d });
        m.Model.Graph.Input.Add(new ValueInfoProto
        {
            Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = 1, Shape = shape } },
        });
        return m;
    }

    /// <summary>One input, and a layer over its last axis of four.</summary>
    private static ModelBuilder One(params object[] dims) =>
        Add(new ModelBuilder(), "x", dims).Weight("w", 4, 3).Node("layer", "MatMul", "x w", "y").Output("y");

    private static Graph Import(ModelBuilder m, params (string Name, int Size)[] sizes) => OnnxImporter.Import(m.Bytes, null,
        ImportOptions.Default with { Dimensions = sizes.ToImmutableDictionary(s => s.Name, s => s.Size) });

    private static Shape ShapeOf(Graph graph, string value) => graph.Values[value].Shape;

    private static string Refused(ModelBuilder m, params (string, int)[] sizes) =>
        Assert.Throws<CimException>(() => Import(m, sizes)).Message;

    [Fact]
    public void The_leading_axis_is_the_batch_however_each_input_names_it() =>
        Gen.Select(_names, _names, _names).Holds(100, (a, b, c) =>
        {
            ModelBuilder m = new ModelBuilder().Weight("w", 9, 2);
            Add(Add(Add(m, "a", a, 2), "b", b, 3), "c", c, 4)
                .Node("Concat", "a b c", "all", ("axis", 1)).Node("layer", "MatMul", "all w", "y").Output("y");
            Graph graph = Import(m);
            Assert.Equal(new Shape(-1, 2), ShapeOf(graph, "y"));
            Assert.All(graph.Inputs, i => Assert.Equal(-1, ShapeOf(graph, i)[0]));
        });

    [Theory]
    [InlineData("length", "length")]
    [InlineData("length", "x:1")]
    [InlineData("", "x:1")]
    public void An_open_axis_has_a_size_by_its_name_or_by_input_and_axis(string named, string set) =>
        Assert.Equal(new Shape(-1, 5, 3), ShapeOf(Import(One("N", named, 4), (set, 5)), "y"));

    [Fact]
    public void Input_and_axis_go_before_the_name() =>
        Assert.Equal(new Shape(-1, 5, 6, 3), ShapeOf(Import(One("N", "side", "side", 4), ("side", 5), ("x:2", 6)), "y"));

    [Fact]
    public void A_size_makes_a_leading_axis_fixed() =>
        Assert.Equal(new Shape(-1, 3), ShapeOf(Import(One("N", 4), ("N", 8)), "y"));

    [Theory]
    [InlineData("length", "--dim length=...")]
    [InlineData("", "--dim x:1=...")]
    public void An_open_axis_without_a_size_is_an_error_with_the_option_that_sets_it(string named, string option) =>
        Assert.Contains(option, Refused(One("N", named, 4)), StringComparison.Ordinal);

    [Theory]
    [InlineData("hieght", "'height' is the nearest")]
    [InlineData("x:3", "'x:2' is the nearest")]
    public void A_size_for_what_is_not_open_is_an_error_with_what_is(string set, string part)
    {
        string message = Refused(One("N", "height", "", 4), ("height", 2), ("x:2", 2), (set, 7));
        Assert.Contains($"--dim is '{set}=7', but the model has no open dimension '{set}'", message, StringComparison.Ordinal);
        Assert.Contains("open are 'N', 'height', 'x:2'", message, StringComparison.Ordinal);
        Assert.Contains(part, message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_size_for_a_model_without_open_axes_is_an_error() =>
        Assert.Contains("every dimension of its inputs is fixed", Refused(One(1, 4), ("N", 2)), StringComparison.Ordinal);

    [Theory]
    [InlineData("seq", "--dim seq=...;batch_size=1")]
    [InlineData("", "--dim x:0=...;batch_size=1")]
    public void A_batch_behind_the_first_axis_is_an_error_that_says_how_to_export(string first, string option)
    {
        string message = Refused(One(first, "batch_size", 4));
        Assert.Contains("its batch ('batch_size') is dimension 1", message, StringComparison.Ordinal);
        Assert.Contains("batch_first=True", message, StringComparison.Ordinal);
        Assert.Contains(option, message, StringComparison.Ordinal);
        // A size for the batch alone does not make a sequence of samples of what is left.
        Assert.Contains("its batch ('batch_size') is dimension 1", Refused(One(first, "batch_size", 4), ("batch_size", 1)));
    }

    [Fact]
    public void A_batch_behind_the_first_axis_can_be_fixed_with_the_rest() =>
        // Rows of one matrix, each of them alone: any number of sequence steps.
        Assert.Equal(new Shape(-1, 1, 3), ShapeOf(Import(One("seq", "batch", 4), ("seq", 6), ("batch", 1)), "y"));

    [Fact]
    public void A_leading_axis_that_another_input_has_further_back_is_no_batch()
    {
        ModelBuilder m = Add(Add(new ModelBuilder(), "positions", "seq", 4), "tokens", "batch", "seq", 4).Weight("w", 4, 3)
            .Node("Add", "tokens positions", "s").Node("layer", "MatMul", "s w", "y").Output("y");
        Assert.Contains("'positions' cannot be used: dimension 0 ('seq')", Refused(m), StringComparison.Ordinal);
        Graph graph = Import(m, ("seq", 5));
        Assert.Equal((new Shape(-1, 5, 4), new Shape(5, 4)), (ShapeOf(graph, "tokens"), ShapeOf(graph, "positions")));
    }
}
