using System.Text.Json;
using Cim.Cli.Invocation;
using Xunit;

namespace Cim.Cli.Tests;

public sealed class ScheduleCommandTests
{
    private static string Model
    {
        get
        {
            DirectoryInfo? d = new(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(d.FullName, "Cim.Sdk.sln"))) d = d.Parent!;
            return Directory.EnumerateFiles(Path.Combine(d.FullName, "samples"), "fashion*.onnx", SearchOption.AllDirectories).Order()
                .First();
        }
    }

    [Theory]
    [InlineData("serial", "none")]
    [InlineData("batch", "min-max")]
    [InlineData("cross-layer", "optimise")]
    public async Task Schedule_writes_the_keys_others_rely_on(string pipeline, string copies)
    {
        CliRun run = await CliRun.Of(
            "schedule", Model, "--hardware", "clsa-cim", "--pipeline", pipeline, "--copies", copies, "--extra-arrays", "4", "--json");
        Assert.Equal(ExitCode.Ok, run.ExitCode);
        JsonElement json = run.Json;
        Assert.Equal(1, json.GetProperty("schema").GetInt32());
        double makespan = json.GetProperty("makespanNs").GetDouble(), serial = json.GetProperty("serialNs").GetDouble();
        Assert.Equal(serial / makespan, json.GetProperty("speedup").GetDouble(), 9);
        Assert.Equal(json.GetProperty("arraysOnce").GetInt64() + 4, json.GetProperty("arrays").GetInt64());
        // Several copies of a small layer in one array do more than its arrays would with one.
        Assert.InRange(json.GetProperty("utilisation").GetDouble(), 1e-9, copies == "optimise" ? 16 : 1);
        Assert.True(json.GetProperty("throughputPerSecond").GetDouble() > 0 && json.GetProperty("bufferBytes").GetInt64() > 0);
        Assert.True(json.GetProperty("bound").GetProperty("latencyNs").GetDouble() <= makespan + 1e-6);
        Assert.NotEmpty(json.GetProperty("bound").GetProperty("limitedBy").GetString()!);
        Assert.NotEmpty(json.GetProperty("notModelled").EnumerateArray());
        Assert.All(json.GetProperty("copies").EnumerateArray(), c => Assert.True(c.GetProperty("copies").GetInt64() >= 1));
        foreach (var core in json.GetProperty("timeline").EnumerateArray().GroupBy(t => t.GetProperty("core").GetInt32()))
        {
            double free = 0;
            foreach (JsonElement entry in core.OrderBy(t => t.GetProperty("startNs").GetDouble()))
            {
                Assert.True(entry.GetProperty("startNs").GetDouble() >= free);
                free = entry.GetProperty("endNs").GetDouble();
            }

            Assert.True(free <= makespan + 1e-6);
        }
    }

    [Fact]
    public async Task Layer_by_layer_takes_what_cost_adds_up()
    {
        JsonElement cost = (await CliRun.Of("cost", Model, "--hardware", "clsa-cim", "--json")).Json;
        JsonElement schedule = (await CliRun.Of("schedule", Model, "--hardware", "clsa-cim", "--pipeline", "serial", "--json")).Json;
        Assert.Equal(cost.GetProperty("latencyNs").GetDouble(), schedule.GetProperty("serialNs").GetDouble(), 6);
        Assert.Equal(cost.GetProperty("latencyNs").GetDouble(), schedule.GetProperty("makespanNs").GetDouble(), 3);
    }

    [Fact]
    public async Task A_compiled_model_has_the_schedule_of_its_network_on_its_arrays_only()
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory("cim-schedule-").FullName, "model.cim");
        Assert.Equal(ExitCode.Ok, (await CliRun.Of("compile", Model, "-o", path, "--hardware", "isaac")).ExitCode);
        string[] options = ["--hardware", "isaac", "--copies", "none", "--json"];
        JsonElement compiled = (await CliRun.Of(["schedule", path, .. options])).Json;
        JsonElement network = (await CliRun.Of(["schedule", Model, .. options])).Json;
        Assert.Equal(network.GetProperty("arraysOnce").GetInt64(), compiled.GetProperty("arraysOnce").GetInt64());
        Assert.Equal(network.GetProperty("serialNs").GetDouble(), compiled.GetProperty("serialNs").GetDouble(), 6);
        Assert.InRange(compiled.GetProperty("makespanNs").GetDouble() / network.GetProperty("makespanNs").GetDouble(), 0.5, 1.5);
        Assert.Equal(ExitCode.WrongUsage, (await CliRun.Of("schedule", path, "--hardware", "puma")).ExitCode);
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
    }

    [Fact]
    public async Task Chips_in_a_row_hold_what_one_does_not_and_their_link_costs_energy()
    {
        string folder = Directory.CreateTempSubdirectory("cim-chips-").FullName, hardware = Path.Combine(folder, "small.cimhw.json");
        // One copy of each layer takes 37 arrays.
        File.WriteAllText(hardware, """{ "schema": 1, "base": "isaac", "name": "small", "cores": 5, "arraysPerCore": 4 }""");
        string[] options = ["schedule", Model, "--hardware", hardware, "--copies", "none", "--json"];
        JsonElement one = (await CliRun.Of(options)).Json, three = (await CliRun.Of([.. options, "--chips", "3"])).Json;
        Assert.NotEmpty(one.GetProperty("parts").EnumerateArray());
        Assert.Empty(three.GetProperty("parts").EnumerateArray());
        Assert.True(three.GetProperty("makespanNs").GetDouble() < one.GetProperty("makespanNs").GetDouble());
        Assert.True(three.GetProperty("energy").GetProperty("chipLinksPj").GetDouble() > 0);
        Assert.Contains(three.GetProperty("bound").GetProperty("without").EnumerateArray(),
            r => r.GetProperty("name").GetString() == "network" && r.GetProperty("makespanNs").GetDouble() > 0);
        CliRun endless = await CliRun.Of("schedule", Model, "--hardware", "clsa-cim", "--chips", "2");
        Assert.Contains("CIM0010: --chips is '2', but a chip of 'clsa-cim' has as many cores", endless.Error, StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Compile_tells_the_schedule_it_was_asked_for()
    {
        JsonElement plain = (await CliRun.Of("compile", Model, "--json")).Json.GetProperty("cost");
        Assert.False(plain.TryGetProperty("schedule", out _));
        JsonElement cost = (await CliRun.Of(
            "compile", Model, "--schedule-for", "throughput", "--copies-within", "80", "--json")).Json.GetProperty("cost");
        JsonElement schedule = cost.GetProperty("schedule");
        Assert.Equal("throughput", schedule.GetProperty("for").GetString());
        Assert.True(schedule.GetProperty("throughputPerSecond").GetDouble() > 1e9 / plain.GetProperty("latencyNs").GetDouble());
        Assert.InRange(schedule.GetProperty("arrays").GetInt64(), 1, 80);
    }

    [Fact]
    public async Task A_trace_has_an_event_for_each_entry_of_the_timeline()
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory("cim-trace-").FullName, "trace.json");
        CliRun run = await CliRun.Of("schedule", Model, "--hardware", "isaac", "--trace", path, "--json");
        using JsonDocument trace = JsonDocument.Parse(await File.ReadAllTextAsync(path));
        JsonElement[] events = [.. trace.RootElement.GetProperty("traceEvents").EnumerateArray()
            .Where(e => e.GetProperty("ph").GetString() == "X")];
        Assert.Equal(run.Json.GetProperty("timeline").GetArrayLength(), events.Length);
        Assert.All(events, e => Assert.True(e.GetProperty("dur").GetDouble() >= 0));
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
    }
}
