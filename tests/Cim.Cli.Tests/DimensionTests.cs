using System.Text.Json;
using Cim.Onnx.Proto;
using Google.Protobuf;
using Xunit;
using Dimension = Cim.Onnx.Proto.TensorShapeProto.Types.Dimension;

namespace Cim.Cli.Tests;

/// <summary>Sizes of open dimensions on the command line: <c>--dim name=size;input:axis=size</c>.</summary>
public sealed class DimensionTests : IDisposable
{
    private readonly SmallNetwork _net = new();

    /// <summary>The small network, whose samples are an open dimension of three here.</summary>
    public DimensionTests()
    {
        ModelProto model = SmallNetwork.Network([-1, 3], [-1, 3]);
        model.Graph.Input[0].Type.TensorType.Shape.Dim[1] = new Dimension();
        model.Graph.Output[0].Type.TensorType.Shape.Dim[1] = new Dimension();
        File.WriteAllBytes(_net.At("net.onnx"), model.ToByteArray());
    }

    public void Dispose() => _net.Dispose();

    [Fact]
    public async Task A_dimension_without_a_name_is_set_by_input_and_axis()
    {
        CliRun run = await CliRun.Of("inspect", _net.At("net.onnx"), "--json", "--dim", "x:1=3");
        Assert.Equal(0, run.ExitCode);
        JsonElement shape = run.Json.GetProperty("inputs")[0].GetProperty("shape");
        Assert.Equal(3, shape[1].GetInt32());
    }

    [Fact]
    public async Task The_float_network_is_evaluated_with_the_sizes_too()
    {
        CliRun open = await CliRun.Of("eval", _net.At("net.onnx"), "--data", _net.At("data.npz"));
        Assert.Equal(1, open.ExitCode);
        Assert.Contains("--dim x:1=...", open.Error, StringComparison.Ordinal);
        CliRun run = await CliRun.Of("eval", _net.At("net.onnx"), "--data", _net.At("data.npz"), "--dim", "x:1=3", "--json");
        Assert.Equal(1.0, run.Json.GetProperty("accuracy").GetDouble());
        CliRun compiled = await CliRun.Of("compile", _net.At("net.onnx"), "-o", _net.At("net.cim"), "--calibration", _net.At("x.npy"),
            "--evaluation", _net.At("data.npz"), "--dim", "x:1=3", "--json");
        Assert.Equal(1.0, compiled.Json.GetProperty("accuracyFloat").GetDouble());
        CliRun unused = await CliRun.Of("eval", _net.At("net.cim"), "--data", _net.At("data.npz"), "--dim", "x:1=3");
        Assert.Contains("CIM3021: --dim has no effect", unused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_sizes_for_one_dimension_are_wrong_usage()
    {
        CliRun run = await CliRun.Of("inspect", _net.At("net.onnx"), "--dim", "x:1=3", "--dim", "x:1=4");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("'x:1' is set to 3 as well", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_size_for_no_dimension_of_the_model_is_wrong_usage()
    {
        CliRun run = await CliRun.Of("cost", _net.At("net.onnx"), "--dim", "x:1=3;height=4");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("CIM0010: --dim is 'height=4', but the model has no open dimension 'height'", run.Error, StringComparison.Ordinal);
    }
}
