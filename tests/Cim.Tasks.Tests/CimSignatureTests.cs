using Cim.Onnx.Building;
using Cim.Onnx.Proto;
using Google.Protobuf;
using Microsoft.Build.Framework;

namespace Cim.Tasks.Tests;

public sealed class CimSignatureTests : IDisposable
{
    private readonly Folder _folder = new();
    private readonly Engine _engine = new();

    public CimSignatureTests()
    {
        GraphBuilder graph = new("net");
        graph.Output(graph.Op("Relu", graph.Input("x", [-1, 3])), [-1, 3]);
        _folder.Write("net.onnx", graph.Build().ToByteArray());
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Preprocessing_and_labels_of_the_item_stand_in_the_signature()
    {
        _folder.Write("names/labels.txt", "left\r\n50% middle\r\nright\r\n");
        Assert.True(Run(("Labels", "names/labels.txt"), ("Scale", "1/255"), ("Std", "0.5,0.25,0.125")));
        string[] lines = File.ReadAllLines(_folder["net.cimsig"]);
        Assert.Equal(["scale 1/255", "std 0.5,0.25,0.125", "label left", "label 50%25 middle", "label right"], lines[^5..]);
    }

    [Fact]
    public void An_item_that_says_nothing_of_its_data_has_the_signature_of_the_model_alone()
    {
        Assert.True(Run());
        Assert.Equal(["cimsig", "model", "input", "output"], File.ReadAllLines(_folder["net.cimsig"]).Select(line => line.Split(' ')[0]));
    }

    [Fact]
    public void Sizes_of_open_dimensions_stand_in_the_signature()
    {
        GraphBuilder graph = new("net");
        string x = graph.Input("x", [-1, 3]);
        graph.Output(graph.Op("Relu", x), [-1, 3]);
        ModelProto model = graph.Build();
        var shape = new TensorShapeProto();
        shape.Dim.Add([new() { DimParam = "N" }, new() { DimParam = "height" }, new(), new() { DimValue = 3 }]);
        foreach (ValueInfoProto value in model.Graph.Input.Concat(model.Graph.Output)) value.Type.TensorType.Shape = shape;
        _folder.Write("net.onnx", model.ToByteArray());
        Assert.True(Run(("Dim", "height=32; x:2=16")));
        string[] lines = File.ReadAllLines(_folder["net.cimsig"]);
        Assert.Contains("input float ?,32,16,3 x", lines);
        Assert.Contains(lines, line => line.StartsWith("output float ?,32,?,3 ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("left\nright\n", 2, "There are 2 labels, but output")]
    [InlineData("left\nright\n\n\n", 3, "empty")]
    [InlineData("left\nright\nleft\n", 3, "line 1")]
    public void Labels_that_do_not_fit_are_an_error_of_their_file(string text, int line, string part)
    {
        string path = _folder.Write("labels.txt", text);
        Assert.False(Run(("Labels", "labels.txt")));
        BuildErrorEventArgs error = Assert.Single(_engine.Errors);
        Assert.Equal(("CIM0015", path, line), (error.Code, error.File, error.LineNumber));
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["net.cimsig"]));
    }

    [Fact]
    public void A_missing_file_of_labels_is_an_error_of_the_model()
    {
        Assert.False(Run(("Labels", "labels.txt")));
        BuildErrorEventArgs error = Assert.Single(_engine.Errors);
        Assert.Equal("CIM0001", error.Code);
        Assert.Contains("labels.txt' of Labels does not exist", error.Message, StringComparison.Ordinal);
    }

    private bool Run(params (string Name, string Value)[] metadata) => new CimSignature
    {
        BuildEngine = _engine,
        Project = _folder["app.csproj"],
        Models = [Engine.Item(_folder["net.onnx"], [("SignatureFile", _folder["net.cimsig"]), .. metadata])],
    }.Execute();
}
