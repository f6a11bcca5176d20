using System.Text.Json;
using Cim.Cli.Invocation;
using Cim.Onnx.Proto;
using Google.Protobuf;
using Xunit;

namespace Cim.Cli.Tests;

public sealed class InspectCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Inputs_outputs_and_layers_are_listed()
    {
        CliRun run = await CliRun.Of("inspect", Save(Model("Relu")), "--json");
        Assert.Equal(ExitCode.Ok, run.ExitCode);
        JsonElement json = run.Json;
        Assert.Equal(1, json.GetProperty("schema").GetInt32());
        Assert.Equal("onnx", json.GetProperty("format").GetString());
        Assert.Equal("x", json.GetProperty("inputs")[0].GetProperty("name").GetString());
        Assert.Equal(["N", "3"], json.GetProperty("inputs")[0].GetProperty("shape").EnumerateArray().Select(d => d.ToString()));
        Assert.Equal("y", json.GetProperty("outputs")[0].GetProperty("name").GetString());
        JsonElement layer = Assert.Single(json.GetProperty("layers").EnumerateArray());
        Assert.Equal(("dense", 3, 2, 1),
            (layer.GetProperty("name").GetString(), layer.GetProperty("rows").GetInt32(), layer.GetProperty("columns").GetInt32(),
            layer.GetProperty("mvms").GetInt32()));
        Assert.Empty(json.GetProperty("unsupported").EnumerateArray());
    }

    [Fact]
    public async Task Unsupported_operators_are_a_finding_not_a_failure()
    {
        CliRun run = await CliRun.Of("inspect", Save(Model("Det")), "--json");
        Assert.Equal(ExitCode.Ok, run.ExitCode);
        JsonElement unsupported = Assert.Single(run.Json.GetProperty("unsupported").EnumerateArray());
        Assert.Equal(("activation", "Det", 17),
            (unsupported.GetProperty("name").GetString(), unsupported.GetProperty("op").GetString(),
            unsupported.GetProperty("opset").GetInt32()));
        Assert.Single(run.Json.GetProperty("layers").EnumerateArray());
    }

    [Fact]
    public async Task People_read_a_table()
    {
        CliRun run = await CliRun.Of("inspect", Save(Model("Relu")));
        Assert.Contains("dense", run.Output, StringComparison.Ordinal);
        Assert.Contains("digital: Relu", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_file_is_an_error_with_file_and_code()
    {
        string path = Path.Combine(_folder, "damaged.onnx");
        File.WriteAllBytes(path, Model("Relu").ToByteArray()[..40]);
        CliRun run = await CliRun.Of("inspect", path);
        Assert.Equal(ExitCode.Failed, run.ExitCode);
        Assert.StartsWith($"{path}(1,1): error CIM0002:", run.Error, StringComparison.Ordinal);

        run = await CliRun.Of("inspect", Path.Combine(_folder, "damaged.cim"));
        Assert.Equal(ExitCode.Failed, run.ExitCode);
        Assert.Contains("error CIM0001:", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dimension_that_is_no_number_is_wrong_usage()
    {
        CliRun run = await CliRun.Of("inspect", Save(Model("Relu")), "--dim", "height=tall");
        Assert.Equal(ExitCode.WrongUsage, run.ExitCode);
        Assert.Contains("height=224", run.Error, StringComparison.Ordinal);
    }

    private string Save(ModelProto model)
    {
        string path = Path.Combine(_folder, "model.onnx");
        File.WriteAllBytes(path, model.ToByteArray());
        return path;
    }

    private static ModelProto Model(string activation)
    {
        var model = new ModelProto { IrVersion = 8, Graph = new GraphProto { Name = "net" } };
        model.OpsetImport.Add(new OperatorSetIdProto { Version = 17 });
        var shape = new TensorShapeProto();
        shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimParam = "N" });
        shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = 3 });
        model.Graph.Input.Add(new ValueInfoProto {
            Name = "x", Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = 1, Shape = shape } } });
        model.Graph.Output.Add(new ValueInfoProto { Name = "y" });
        model.Graph.Initializer.Add(new TensorProto { Name = "w", DataType = 1, Dims = { 3, 2 }, FloatData = { 1, 2, 3, 4, 5, 6 } });
        model.Graph.Node.Add(new NodeProto { Name = "dense", OpType = "MatMul", Input = { "x", "w" }, Output = { "h" } });
        model.Graph.Node.Add(new NodeProto { Name = "activation", OpType = activation, Input = { "h" }, Output = { "y" } });
        return model;
    }
}
