using Cim.Compiler.Pipeline;
using Cim.Compiler.Tests.Data;
using Cim.Compiler.Tests.Support;
using Cim.Onnx.Building;
using Cim.Onnx.Proto;
using Cim.Runtime;
using Cim.Runtime.Tensors;
using Google.Protobuf;
using Xunit;

namespace Cim.Compiler.Tests.Pipeline;

/// <summary>What a compilation depends on is known by content: files named by other files included.</summary>
public sealed class CompileDependenciesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void External_weights_belong_to_the_hash_of_a_model()
    {
        string model = External();
        string before = InputHash.OfModel(model);
        Assert.Equal(["inner.bin", "w.bin"], InputHash.ExternalFiles(model).Select(f => Path.GetFileName(f)));
        _folder.Write("inner.bin", [9, 0, 0, 0]);
        Assert.NotEqual(before, InputHash.OfModel(model));
        _folder.Write("inner.bin", [1, 0, 0, 0]);
        Assert.Equal(before, InputHash.OfModel(model));
    }

    [Fact]
    public void A_model_in_one_file_has_the_hash_of_that_file()
    {
        string model = _folder.Write("net.onnx", RandomNetworks.Chain(1));
        Assert.Equal(FileHash.Of(model), InputHash.OfModel(model));
    }

    [Fact]
    public void Labels_beside_images_belong_to_the_hash_of_the_data()
    {
        string images = _folder.Write("t-images-idx3-ubyte", [1]);
        string alone = InputHash.OfData(images);
        Assert.Equal(FileHash.Of(images), alone);
        _folder.Write("t-labels-idx1-ubyte", [1]);
        string labelled = InputHash.OfData(images);
        _folder.Write("t-labels-idx1-ubyte", [2]);
        Assert.Equal(3, new[] { alone, labelled, InputHash.OfData(images) }.Distinct().Count());
    }

    [Fact]
    public void Everything_read_is_listed_and_what_changes_meanwhile_is_marked()
    {
        _folder.Write(
            "grand.cimhw.json", """{ "base": "isaac", "programmingError": { "model": "table", "table": "errors.csv" } }"""u8.ToArray());
        _folder.Write("parent.cimhw.json", """{ "base": "grand.cimhw.json" }"""u8.ToArray());
        string profile = _folder.Write("child.cimhw.json", """{ "base": "parent.cimhw.json" }"""u8.ToArray());
        _folder.Write("errors.csv", "1e-6,1e-7\n1e-5,1e-6\n"u8.ToArray());
        CompileOptions options = new()
        {
            ModelPath = External(), Hardware = profile, Calibration = _folder.Write("t-images", [1]),
                PolicyPath = _folder.Write("p.json", [1]), LockPath = _folder.At("l.json"),
        };
        CompileDependencies before = CompileDependencies.Of(options);
        Assert.Equal(
            ["child.cimhw.json", "errors.csv", "grand.cimhw.json", "inner.bin", "l.json", "net.onnx", "p.json", "parent.cimhw.json",
            "t-images", "t-labels", "t-labels.gz", "w.bin"],
            before.Files.Keys.Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal));
        Assert.Equal(["l.json", "t-labels", "t-labels.gz"],
            before.Files.Where(f => f.Value is null).Select(f => Path.GetFileName(f.Key)).Order(StringComparer.Ordinal));

        _folder.Write("errors.csv", "1e-6,2e-7\n1e-5,1e-6\n"u8.ToArray());
        _folder.Write("l.json", [1]);
        CompileDependencies compared = before.ComparedWith(CompileDependencies.Of(options), options);
        Assert.Equal([_folder.At("errors.csv")], compared.Files.Where(f => f.Value == CompileDependencies.Changed).Select(f => f.Key));
    }

    [Fact]
    public void A_lock_that_says_the_same_is_not_written_again()
    {
        CompileOptions options = new()
        {
            ModelPath = _folder.Write("net.onnx", RandomNetworks.Chain(1)),
            OutputPath = _folder.At("net.cim"),
            LockPath = _folder.At("l.json"),
        };
        CompilePipeline.Compile(options);
        var old = new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(options.LockPath!, old);
        CompilePipeline.Compile(options);
        Assert.Equal(old, File.GetLastWriteTimeUtc(options.LockPath!));
    }

    [Fact]
    public void A_lock_that_cannot_be_written_fails_before_the_work_and_says_what_it_is_for()
    {
        CompileOptions options = new()
        {
            ModelPath = _folder.Write("net.onnx", RandomNetworks.Chain(1)),
            OutputPath = _folder.At("net.cim"),
            LockPath = Path.Combine(_folder.Write("file", [1]), "l.json"),
        };
        CimException e = Assert.Throws<CimException>(() => CompilePipeline.Compile(options));
        Assert.Equal((ErrorCodes.FileNotWritable, options.LockPath), (e.Code, e.File));
        Assert.Contains("lock file", e.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(options.OutputPath));
    }

    /// <summary>A model with one external initializer, and one external constant inside a branch.</summary>
    private string External()
    {
        var graph = new GraphBuilder("external");
        string x = graph.Input("x", [-1, 1]);
        string sum = graph.Op("Add", x, graph.Initializer(Tensor("w.bin")));
        NodeProto branch = graph.Node("If", [sum]);
        var inner = new GraphProto { Name = "then" };
        inner.Node.Add(new NodeProto { OpType = "Constant", Output = { "c" },
            Attribute =
            {
                new AttributeProto { Name = "value", Type = AttributeProto.Types.AttributeType.Tensor, T = Tensor("inner.bin") },
            } });
        branch.Attribute.Add(new AttributeProto { Name = "then_branch", Type = AttributeProto.Types.AttributeType.Graph, G = inner });
        graph.Output(branch.Output[0], [-1, 1]);
        _folder.Write("w.bin", [0, 0, 128, 63]);
        _folder.Write("inner.bin", [1, 0, 0, 0]);
        return _folder.Write("net.onnx", graph.Build().ToByteArray());
    }

    private static TensorProto Tensor(string location)
    {
        var tensor = new TensorProto
        {
            Name = location,
            DataType = 1,
            Dims = { 1 },
            DataLocation = TensorProto.Types.DataLocation.External,
        };
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = location });
        return tensor;
    }
}
