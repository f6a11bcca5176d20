using Cim.Onnx.Proto;
using Google.Protobuf;
using Xunit;
using Dimension = Cim.Onnx.Proto.TensorShapeProto.Types.Dimension;

namespace Cim.Cli.Tests;

/// <summary>Several sizes of one network: <c>--dims name=size|size</c>, and what reads the model afterwards.</summary>
public sealed class SeveralSizesTests : IDisposable
{
    private readonly SmallNetwork _net = new();

    /// <summary>The small network over any number of rows of three.</summary>
    public SeveralSizesTests()
    {
        ModelProto model = SmallNetwork.Network([-1, 1, 3], [-1, 1, 3]);
        foreach (ValueInfoProto value in model.Graph.Input.Concat(model.Graph.Output))
            value.Type.TensorType.Shape.Dim[1] = new Dimension { DimParam = "rows" };
        File.WriteAllBytes(_net.At("net.onnx"), model.ToByteArray());
        foreach (int rows in new[] { 2, 4 })
            File.WriteAllBytes(_net.At($"x{rows}.npy"),
                [.. SmallNetwork.Npy("<f4", $"(8, {rows}, 3)"),
                    .. Enumerable.Range(0, 8 * rows * 3).SelectMany(i => BitConverter.GetBytes((i % 7) - 3f))]);
    }

    public void Dispose() => _net.Dispose();

    [Fact]
    public async Task Compile_inspect_cost_and_run_know_the_plans()
    {
        CliRun compiled = await CliRun.Of("compile", _net.At("net.onnx"), "-o", _net.At("net.cim"), "--calibration", _net.At("x4.npy"),
            "--dims", "rows=1|2|4", "--json");
        Assert.Equal(["rows=1", "rows=2", "rows=4"],
            compiled.Json.GetProperty("plans").EnumerateArray().Select(p => p.GetProperty("dims").GetString()));
        CliRun cost = await CliRun.Of("cost", _net.At("net.onnx"), "--dims", "rows=1|2|4", "--json");
        double[] latencies = [.. cost.Json.GetProperty("plans").EnumerateArray().Select(p => p.GetProperty("latencyNs").GetDouble())];
        Assert.True(latencies[0] < latencies[1] && latencies[1] < latencies[2]);
        Assert.Equal(latencies[0], cost.Json.GetProperty("latencyNs").GetDouble());
        CliRun inspected = await CliRun.Of("inspect", _net.At("net.cim"), "--json");
        Assert.Equal(2, inspected.Json.GetProperty("plans")[1].GetProperty("inputs")[0].GetProperty("shape")[1].GetInt32());

        CliRun run = await CliRun.Of("run", _net.At("net.cim"), "--input", _net.At("x2.npy"), "--output", _net.At("y.npy"), "--json");
        Assert.Equal([8, 2, 3], run.Json.GetProperty("shape").EnumerateArray().Select(d => d.GetInt32()));
    }

    [Fact]
    public async Task A_schedule_is_that_of_one_size_and_says_which()
    {
        await CliRun.Of("compile", _net.At("net.onnx"), "-o", _net.At("net.cim"), "--dims", "rows=1|4");
        CliRun first = await CliRun.Of("schedule", _net.At("net.cim"), "--json");
        Assert.Equal("rows=1", first.Json.GetProperty("plan").GetString());
        CliRun four = await CliRun.Of("schedule", _net.At("net.cim"), "--dim", "rows=4", "--json");
        Assert.Equal("rows=4", four.Json.GetProperty("plan").GetString());
        Assert.True(four.Json.GetProperty("serialNs").GetDouble() > first.Json.GetProperty("serialNs").GetDouble());
        CliRun unknown = await CliRun.Of("schedule", _net.At("net.cim"), "--dim", "rows=2");
        Assert.Contains(
            "CIM0010: --dim is 'rows=2', but the model was compiled for rows=1; rows=4", unknown.Error, StringComparison.Ordinal);
        CliRun network = await CliRun.Of("schedule", _net.At("net.onnx"), "--dims", "rows=1|4", "--json");
        Assert.Equal("rows=1", network.Json.GetProperty("plan").GetString());
        CliRun one = await CliRun.Of("schedule", _net.At("net.onnx"), "--dim", "rows=4", "--json");
        Assert.False(one.Json.TryGetProperty("plan", out _));
        Assert.Equal(four.Json.GetProperty("serialNs").GetDouble(), one.Json.GetProperty("serialNs").GetDouble(), 6);
    }

    [Fact]
    public async Task Data_of_no_size_and_contradicting_options_are_errors_that_list_the_sizes()
    {
        await CliRun.Of("compile", _net.At("net.onnx"), "-o", _net.At("net.cim"), "--dims", "rows=1|4");
        CliRun run = await CliRun.Of("run", _net.At("net.cim"), "--input", _net.At("x2.npy"), "--output", _net.At("y.npy"));
        Assert.Contains("CIM0006: The samples fit none of the sizes of the model (rows=1; rows=4)", run.Error, StringComparison.Ordinal);
        CliRun both = await CliRun.Of("cost", _net.At("net.onnx"), "--dims", "rows=1|4", "--dim", "rows=2");
        Assert.Contains("CIM0010: --dim is 'rows=2' and --dims is 'rows=1|4': leave one of them out", both.Error, StringComparison.Ordinal);
        CliRun unknown = await CliRun.Of("cost", _net.At("net.onnx"), "--dims", "row=1|4");
        Assert.Contains("CIM0010: --dims is 'row=1|4', but the model has no open dimension 'row'", unknown.Error, StringComparison.Ordinal);
        CliRun zero = await CliRun.Of("cost", _net.At("net.onnx"), "--dims", "rows=0|4");
        Assert.Contains("CIM0010: --dims is 'rows=0|4'; expected name=size|size", zero.Error, StringComparison.Ordinal);
    }
}
