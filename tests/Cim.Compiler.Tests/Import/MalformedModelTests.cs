using Cim.Compiler.Import;
using Cim.Compiler.Ir;
using Cim.Compiler.Tests.Support;
using Cim.Onnx.Proto;
using Cim.Runtime;
using Cim.Runtime.Tensors;
using Google.Protobuf;
using Xunit;

namespace Cim.Compiler.Tests.Import;

/// <summary>What is wrong is told with its code, its place and its names; what is merely unusual is read.</summary>
public sealed class MalformedModelTests
{
    [Fact]
    public void All_unsupported_operators_are_told_together_with_node_operator_and_opset()
    {
        ModelBuilder m = new ModelBuilder(17).Input("x", -1, 3).Node("first", "SequenceMap", "x", "a", ("body", new GraphProto()))
            .Node("second", "Unique", "a", "b").Node("third", "com.example.Frobnicate", "b", "c").Node("Relu", "c", "y").Output("y");
        ImportAssert.Fails(m, ErrorCodes.UnsupportedOperators, "3 operator(s)", "'first': SequenceMap (opset 17)",
            "'second': Unique (opset 17)", "'third': com.example.Frobnicate (opset 1)");
    }

    [Fact]
    public void Unsupported_variants_are_told_with_the_unsupported_operators() =>
        ImportAssert.Fails(new ModelBuilder(18).Input("x", 1, 2, 4, 4).Constant("s", Tensor.Create<float>(new Shape(4), [1, 1, 0.5f, 0.5f]))
            .Node("small", "Resize", "x _ s", "r", ("mode", "linear"), ("antialias", 1))
            .Node("odd", "Unique", "r", "y").Output("y"), ErrorCodes.UnsupportedOperators, "2 operator(s)",
                "'small': Resize (opset 18): antialias", "'odd': Unique");

    [Fact]
    public void Unsupported_operators_in_a_function_of_the_model_are_told()
    {
        ModelBuilder m = new ModelBuilder().Input("x", -1, 3).Node("call", "here.Mine", "x", "y").Output("y");
        var function = new FunctionProto { Name = "Mine", Domain = "here", Input = { "v" }, Output = { "w" } };
        function.Node.Add(new NodeProto { Name = "inside", OpType = "Unique", Input = { "v" }, Output = { "w" } });
        m.Model.Functions.Add(function);
        ImportAssert.Fails(m, ErrorCodes.UnsupportedOperators, "'call_inside': Unique");
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(29)]
    public void An_opset_out_of_range_is_told_with_the_range(int opset) =>
        ImportAssert.Fails(new ModelBuilder(opset).Input("x", -1, 3).Node("Relu", "x", "y").Output("y"), ErrorCodes.UnsupportedOperators,
            $"opset {opset}", "1 to 28");

    [Fact]
    public void A_cycle_is_told_with_its_nodes() =>
        ImportAssert.Fails(new ModelBuilder().Input("x", -1, 3).Node("one", "Add", "x c", "a").Node("two", "Relu", "a", "b")
            .Node("three", "Exp", "b", "c").Node("Neg", "c", "y").Output("y"),
            ErrorCodes.InvalidGraph, "'one' -> 'two'", "'two' -> 'three'");

    [Fact]
    public void An_undefined_input_is_told() =>
        ImportAssert.Fails(new ModelBuilder().Input("x", -1, 3).Node("sum", "Add", "x ghost", "y").Output("y"), ErrorCodes.InvalidGraph,
            "'sum'", "'ghost'");

    [Fact]
    public void A_value_defined_twice_is_told() =>
        ImportAssert.Fails(new ModelBuilder().Input("x", -1, 3).Node("one", "Relu", "x", "y").Node("two", "Exp", "x", "y").Output("y"),
            ErrorCodes.InvalidGraph, "'two'", "'y'");

    [Fact]
    public void A_missing_output_is_told() =>
        ImportAssert.Fails(new ModelBuilder().Input("x", -1, 3).Node("Relu", "x", "y").Output("z"), ErrorCodes.InvalidGraph, "'z'");

    [Fact]
    public void Shapes_that_do_not_fit_are_told_with_the_node() =>
        ImportAssert.Fails(new ModelBuilder().Input("x", -1, 3).Weight("w", 4, 5).Node("product", "MatMul", "x w", "y").Output("y"),
            ErrorCodes.InvalidGraph, "'product'");

    [Fact]
    public void An_unknown_dimension_that_is_not_the_batch_is_told_with_its_cure()
    {
        ModelBuilder m = new ModelBuilder().Node("Relu", "x", "y").Output("y");
        ValueInfoProto x = ModelBuilder.Value("x", 1, -1, 3, 8, 8);
        x.Type.TensorType.Shape.Dim[2] = new TensorShapeProto.Types.Dimension { DimParam = "height" };
        m.Model.Graph.Input.Add(x);
        ImportAssert.Fails(m, ErrorCodes.InvalidGraph, "'x'", "'height'", "--dim height=");

        Graph graph = OnnxImporter.Import(m.Bytes, null,
            ImportOptions.Default with
            {
                Dimensions = System.Collections.Immutable.ImmutableDictionary<string, int>.Empty.Add("height", 16),
            });
        Assert.Equal(new Shape(-1, 3, 16, 8), graph.Values["y"].Shape);
    }

    [Fact]
    public void Nodes_out_of_order_duplicate_and_missing_names_are_read()
    {
        ModelBuilder m = new ModelBuilder().Input("x", -1, 3).Node("same", "Exp", "b", "y").Node("same", "Relu", "x", "a")
            .Node("same", "Neg", "a", "b").Output("y");
        m.Model.Graph.Node[2].Name = "";
        Graph graph = ImportAssert.SameAsOnnxRuntimeWhenSorted(m);
        Assert.Equal(["Relu", "Neg", "Exp"], graph.Nodes.Select(n => n.Op));
        Assert.Equal(3, graph.Nodes.Select(n => n.Name).Distinct().Count());
    }

    [Fact]
    public void Initializers_listed_among_the_inputs_are_constants()
    {
        ModelBuilder m = new ModelBuilder(8).Input("x", 1, 4).Input("w", 4, 3).Weight("w", 4, 3).Node("MatMul", "x w", "y").Output("y");
        Assert.Equal("x", Assert.Single(ImportAssert.SameAsOnnxRuntime(m).Inputs));
    }

    [Fact]
    public void Float16_bfloat16_and_double_weights_become_float()
    {
        foreach (int type in (int[])[10, 16, 11])
        {
            byte[] raw = type switch
            {
                10 => [.. new[] { 1f, -2.5f, 0.125f }.SelectMany(v => BitConverter.GetBytes((Half)v))],
                16 =>
                    [.. new[] { 1f, -2.5f, 0.125f }
                    .SelectMany(v => BitConverter.GetBytes((ushort)(BitConverter.SingleToUInt32Bits(v) >> 16)))],
                _ => [.. new[] { 1d, -2.5, 0.125 }.SelectMany(BitConverter.GetBytes)],
            };
            ModelBuilder m = new ModelBuilder().Input("x", -1, 3).Node("Add", "x w", "y").Output("y");
            m.Model.Graph.Initializer.Add(
                new TensorProto { Name = "w", DataType = type, RawData = ByteString.CopyFrom(raw), Dims = { 3 } });
            Assert.Equal([1f, -2.5f, 0.125f], OnnxImporter.Import(m.Bytes, null).Constants["w"].Span<float>().ToArray());
        }
    }

    [Fact]
    public void A_tensor_whose_data_do_not_fill_its_shape_is_told()
    {
        ModelBuilder m = new ModelBuilder().Input("x", -1, 3).Node("Add", "x w", "y").Output("y");
        m.Model.Graph.Initializer.Add(
            new TensorProto { Name = "w", DataType = 1, RawData = ByteString.CopyFrom(new byte[8]), Dims = { 3 } });
        ImportAssert.Fails(m, ErrorCodes.MalformedOnnx, "'w'", "8 bytes", "needs 12");
    }

    [Theory]
    [InlineData(1L << 40)]
    [InlineData(-1L)]
    [InlineData(int.MaxValue)]
    public void Absurd_dimensions_are_told_before_anything_is_allocated(long dimension)
    {
        ModelBuilder m = new ModelBuilder().Input("x", -1, 3).Node("Add", "x w", "y").Output("y");
        m.Model.Graph.Initializer.Add(new TensorProto { Name = "w", DataType = 1, Dims = { dimension, dimension } });
        ImportAssert.Fails(m, ErrorCodes.MalformedOnnx, "'w'");
    }

    [Fact]
    public void Bytes_that_are_no_model_are_told()
    {
        foreach (byte[] bytes in (byte[][])[[], [0], "<!DOCTYPE html>"u8.ToArray(), [0x3a, 0xff, 0xff, 0xff, 0xff, 0x7f]])
            Assert.Equal(ErrorCodes.MalformedOnnx, Assert.Throws<CimException>(() => OnnxImporter.Import(bytes, null)).Code);
        Assert.Equal(ErrorCodes.FileNotReadable, Assert.Throws<CimException>(() => OnnxImporter.Import("/nowhere/model.onnx")).Code);
    }

    [Fact]
    public void External_data_are_read_from_the_models_folder_and_nowhere_else()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            File.WriteAllBytes(
                Path.Combine(folder, "weights.bin"), [.. new byte[4], .. BitConverter.GetBytes(2f), .. BitConverter.GetBytes(3f)]);
            File.WriteAllBytes(Path.Combine(folder, "model.onnx"), External("weights.bin", 4).Bytes);
            Assert.Equal([2f, 3f], OnnxImporter.Import(Path.Combine(folder, "model.onnx")).Constants["w"].Span<float>().ToArray());

            string outside = Path.Combine(folder, "inner");
            Directory.CreateDirectory(outside);
            foreach ((string location, string reason) in (ValueTuple<string, string>[])[("../weights.bin", "inside"),
                (Path.Combine(folder, "weights.bin"), "inside"), ("missing.bin", "does not exist"), ("a\\..\\..\\weights.bin", "inside")])
            {
                File.WriteAllBytes(Path.Combine(outside, "model.onnx"), External(location, 4).Bytes);
                CimException e = Assert.Throws<CimException>(() => OnnxImporter.Import(Path.Combine(outside, "model.onnx")));
                Assert.Equal(ErrorCodes.MalformedOnnx, e.Code);
                Assert.Contains(reason, e.Message, StringComparison.Ordinal);
            }

            File.CreateSymbolicLink(Path.Combine(outside, "link.bin"), Path.Combine(folder, "weights.bin"));
            File.WriteAllBytes(Path.Combine(outside, "model.onnx"), External("link.bin", 4).Bytes);
            Assert.Contains("link", Assert.Throws<CimException>(() => OnnxImporter.Import(Path.Combine(outside, "model.onnx"))).Message,
                StringComparison.Ordinal);

            File.WriteAllBytes(Path.Combine(folder, "model.onnx"), External("weights.bin", 8).Bytes);
            Assert.Contains("12 bytes", Assert.Throws<CimException>(() => OnnxImporter.Import(Path.Combine(folder, "model.onnx"))).Message,
                StringComparison.Ordinal);
            Assert.Equal(ErrorCodes.MalformedOnnx,
                Assert.Throws<CimException>(() => OnnxImporter.Import(External("weights.bin", 4).Bytes, null)).Code);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static ModelBuilder External(string location, int offset)
    {
        ModelBuilder m = new ModelBuilder().Input("x", -1, 2).Node("Add", "x w", "y").Output("y");
        var w = new TensorProto { Name = "w", DataType = 1, Dims = { 2 }, DataLocation = TensorProto.Types.DataLocation.External };
        w.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = location });
        w.ExternalData.Add(
            new StringStringEntryProto { Key = "offset", Value = offset.ToString(System.Globalization.CultureInfo.InvariantCulture) });
        w.ExternalData.Add(new StringStringEntryProto { Key = "length", Value = "8" });
        m.Model.Graph.Initializer.Add(w);
        return m;
    }
}
