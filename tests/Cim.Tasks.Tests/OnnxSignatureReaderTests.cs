using Cim.Onnx.Proto;
using Cim.Tasks.Signature;
using Google.Protobuf;

namespace Cim.Tasks.Tests;

public class OnnxSignatureReaderTests
{
    [Fact]
    public void Inputs_and_outputs_are_read_with_names_types_and_symbolic_dimensions()
    {
        OnnxSignature signature = Read(Model(
            inputs: [Value("image", TensorProto.Types.DataType.Float, ["N", 1, 28, 28]),
                Value("ids", TensorProto.Types.DataType.Int64, null)],
            outputs: [Value("scores", TensorProto.Types.DataType.Float16, ["N", 10]),
                Value("loss", TensorProto.Types.DataType.Float, [])]));

        Assert.Equal(["image", "ids"], signature.Inputs.Select(v => v.Name));
        Assert.Equal([null, 1, 28, 28], signature.Inputs[0].Dimensions);
        Assert.Null(signature.Inputs[1].Dimensions);
        Assert.Equal(7, signature.Inputs[1].ElementType);
        Assert.Equal(10, signature.Outputs[0].ElementType);
        Assert.Equal([], signature.Outputs[1].Dimensions);
    }

    [Fact]
    public void Initializers_listed_among_the_inputs_are_no_inputs()
    {
        ModelProto model = Model([Value("w", TensorProto.Types.DataType.Float, [4]), Value("x", TensorProto.Types.DataType.Float, [1, 4])],
            [Value("y", TensorProto.Types.DataType.Float, [1, 4])]);
        model.Graph.Initializer.Add(new TensorProto { Name = "w", RawData = ByteString.CopyFrom(new byte[100_000]) });
        Assert.Equal(["x"], Read(model).Inputs.Select(v => v.Name));
    }

    [Fact]
    public void Files_with_external_weights_are_found_once_each()
    {
        ModelProto model = Model([], [Value("y", TensorProto.Types.DataType.Float, [1])]);
        foreach (string file in new[] { "b.bin", "a.bin", "b.bin" })
        {
            TensorProto tensor = new()
            {
                Name = "w" + model.Graph.Initializer.Count,
                DataLocation = TensorProto.Types.DataLocation.External,
            };
            tensor.ExternalData.Add(new StringStringEntryProto { Key = "offset", Value = "12" });
            tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = file });
            model.Graph.Initializer.Add(tensor);
        }
        Assert.Equal(["a.bin", "b.bin"], Read(model).ExternalFiles);
    }

    [Fact]
    public void External_constants_of_nodes_and_of_branches_are_found()
    {
        ModelProto model = Model([], [Value("y", TensorProto.Types.DataType.Float, [1])]);
        NodeProto inner = new() { OpType = "Constant", Attribute = { new AttributeProto { Name = "value", T = External("inner.bin") } } };
        model.Graph.Node.Add(
            new NodeProto { OpType = "Constant", Attribute = { new AttributeProto { Name = "value", T = External("node.bin") } } });
        model.Graph.Node.Add(new NodeProto
        {
            OpType = "If",
            Attribute =
            {
                new AttributeProto
                {
                    Name = "then_branch",
                    G = new GraphProto { Node = { inner }, Initializer = { External("branch.bin") } },
                },
            },
        });
        Assert.Equal(["branch.bin", "inner.bin", "node.bin"], Read(model).ExternalFiles);

        static TensorProto External(string location)
        {
            TensorProto tensor = new() { DataLocation = TensorProto.Types.DataLocation.External };
            tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = location });
            return tensor;
        }
    }

    [Fact]
    public void Graphs_nested_without_end_are_no_model()
    {
        GraphProto graph = new();
        for (int depth = 0; depth < 2000; depth++)
            graph = new GraphProto { Node = { new NodeProto { Attribute = { new AttributeProto { G = graph } } } } };
        Assert.Contains(
            "nested", Assert.Throws<InvalidDataException>(() => Read(new ModelProto { Graph = graph })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Real_models_read_as_the_full_reader_reads_them()
    {
        string[] models = [.. RealModels()];
        Assert.NotEmpty(models);
        foreach (string path in models)
        {
            GraphProto graph = ModelProto.Parser.ParseFrom(File.ReadAllBytes(path)).Graph;
            HashSet<string> initializers = [.. graph.Initializer.Select(t => t.Name)];
            OnnxSignature signature = OnnxSignatureReader.Read(path);
            Assert.Equal(graph.Input.Where(v => !initializers.Contains(v.Name)).Select(Describe), signature.Inputs.Select(Describe));
            Assert.Equal(graph.Output.Select(Describe), signature.Outputs.Select(Describe));
        }
    }

    [Fact]
    public void A_damaged_file_is_an_error_and_never_a_crash()
    {
        byte[] whole = File.ReadAllBytes(RealModels().First());
        byte[] head = whole[..Math.Min(whole.Length, 4096)];
        var random = new Random(3);
        int refused = 0;
        for (int i = 0; i < 400; i++)
        {
            byte[] bytes = i % 2 == 0 ? whole[..random.Next(whole.Length)] : (byte[])head.Clone();
            if (i % 2 == 1) for (int n = random.Next(1, 20); n > 0; n--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            try
            {
                OnnxSignatureReader.Read(new MemoryStream(bytes));
            }
            catch (InvalidDataException)
            {
                refused++;
            }
        }
        Assert.True(refused > 100, $"only {refused} of 400 damaged files were refused");
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n", "Git LFS")]
    [InlineData("<!DOCTYPE html><html></html>", "")]
    public void What_is_no_model_is_told_apart(string text, string part)
    {
        InvalidDataException e = Assert.Throws<InvalidDataException>(
            () => OnnxSignatureReader.Read(new MemoryStream(System.Text.Encoding.ASCII.GetBytes(text))));
        Assert.Contains(part, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Signature_files_keep_any_name_on_one_line()
    {
        string text = SignatureFile.Write("a b%.onnx", new OnnxSignature(
            [new OnnxValue("left\neye %41", 1, [null, 3])], [new OnnxValue("y", 99, null), new OnnxValue("z", 9, [])], ["w 1.bin"]), []);
        Assert.Equal(
            "cimsig 1\nmodel a b%25.onnx\ninput float ?,3 left%0Aeye %2541\noutput 99 - y\noutput bool scalar z\nexternal w 1.bin\n", text);
        using Folder folder = new();
        Assert.Equal(["w 1.bin"], SignatureFile.ReadExternalFiles(folder.Write("s.cimsig", text)));
    }

    private static OnnxSignature Read(ModelProto model) => OnnxSignatureReader.Read(new MemoryStream(model.ToByteArray()));

    private static ModelProto Model(ValueInfoProto[] inputs, ValueInfoProto[] outputs)
    {
        ModelProto model = new() { IrVersion = 8, Graph = new GraphProto { Name = "g" } };
        model.Graph.Node.Add(new NodeProto { OpType = "Relu", Name = "skipped" });
        model.Graph.Input.AddRange(inputs);
        model.Graph.Output.AddRange(outputs);
        return model;
    }

    private static ValueInfoProto Value(string name, TensorProto.Types.DataType type, object[]? dimensions)
    {
        TypeProto.Types.Tensor tensor = new() { ElemType = (int)type };
        if (dimensions is not null)
        {
            tensor.Shape = new TensorShapeProto();
            foreach (object d in dimensions)
                tensor.Shape.Dim.Add(d is string s
                    ? new TensorShapeProto.Types.Dimension { DimParam = s }
                    : new TensorShapeProto.Types.Dimension { DimValue = (int)d });
        }
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = tensor } };
    }

    private static string Describe(ValueInfoProto v) => v.Name + " " + v.Type.TensorType.ElemType + " "
        + (v.Type.TensorType.Shape is { } shape
            ? string.Join(
            ",", shape.Dim.Select(d => d.DimValue > 0 ? d.DimValue.ToString(System.Globalization.CultureInfo.InvariantCulture) : "?"))
            : "-");

    private static string Describe(OnnxValue v) => v.Name + " " + v.ElementType + " "
        + (v.Dimensions is { } dims
            ? string.Join(",", dims.Select(d => d?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "?"))
            : "-");

    /// <summary>The samples' networks, and the shared ones where they are.</summary>
    private static IEnumerable<string> RealModels()
    {
        DirectoryInfo? root = new(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "Cim.Sdk.sln"))) root = root.Parent;
        Assert.NotNull(root);
        string shared = Path.Combine(root.FullName, "..", "shared", "data", "onnx");
        return Directory.GetFiles(Path.Combine(root.FullName, "samples"), "*.onnx", SearchOption.AllDirectories)
            .Concat(Directory.Exists(shared) ? Directory.GetFiles(shared, "*.onnx") : []).Order(StringComparer.Ordinal);
    }
}
