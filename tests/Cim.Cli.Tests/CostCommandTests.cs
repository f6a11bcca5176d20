using System.Text.Json;
using Cim.Cli.Invocation;
using Cim.Runtime.Hardware.Profiles;
using Xunit;

namespace Cim.Cli.Tests;

public sealed class CostCommandTests
{
    private static string? Model
    {
        get
        {
            for (DirectoryInfo? d = new(AppContext.BaseDirectory); d is not null; d = d.Parent)
            {
                if (!File.Exists(Path.Combine(d.FullName, "Cim.Sdk.sln"))) continue;
                string? path = Directory.EnumerateFiles(Path.Combine(d.FullName, "samples"), "fashion*.onnx", SearchOption.AllDirectories)
                    .FirstOrDefault();
                return path;
            }

            return null;
        }
    }

    [Fact]
    public async Task Cost_writes_the_keys_others_rely_on_and_layers_add_up()
    {
        CliRun run = await CliRun.Of("cost", Model!, "--hardware", "isaac", "--json");
        Assert.Equal("", run.Error);
        Assert.Equal(ExitCode.Ok, run.ExitCode);
        JsonElement json = run.Json;
        Assert.Equal(1, json.GetProperty("schema").GetInt32());
        (double latency, double energy, long arrays) = (0, 0, 0);
        foreach (JsonElement layer in json.GetProperty("layers").EnumerateArray())
        {
            Assert.NotEmpty(layer.GetProperty("name").GetString()!);
            Assert.True(layer.GetProperty("rows").GetInt32() > 0 && layer.GetProperty("columns").GetInt32() > 0
                && layer.GetProperty("mvms").GetInt64() > 0);
            Assert.True(layer.GetProperty("adcConversions").GetInt64() > 0);
            latency += layer.GetProperty("latencyNs").GetDouble();
            energy += layer.GetProperty("energyPj").GetDouble();
            arrays += layer.GetProperty("arrays").GetInt64();
        }

        Assert.Equal(latency, json.GetProperty("latencyNs").GetDouble(), 6);
        Assert.Equal(energy, json.GetProperty("energyPj").GetDouble(), 3);
        Assert.Equal(arrays, json.GetProperty("arrays").GetInt64());
        Assert.True(json.GetProperty("areaUm2").GetDouble() > 0);
    }

    [Fact]
    public async Task Fewer_weight_bits_take_fewer_arrays_and_fewer_activation_bits_less_time()
    {
        JsonElement wide = (await CliRun.Of("cost", Model!, "--json")).Json;
        JsonElement weights = (await CliRun.Of("cost", Model!, "--weight-bits", "2", "--json")).Json;
        JsonElement activations = (await CliRun.Of("cost", Model!, "--activation-bits", "4", "--json")).Json;
        Assert.True(weights.GetProperty("arrays").GetInt64() < wide.GetProperty("arrays").GetInt64());
        Assert.True(activations.GetProperty("latencyNs").GetDouble() < wide.GetProperty("latencyNs").GetDouble());
    }

    [Fact]
    public async Task Digital_operators_stand_beside_the_arrays_and_what_is_not_counted_is_listed()
    {
        CliRun run = await CliRun.Of("cost", Model!, "--hardware", "isaac", "--json");
        JsonElement digital = run.Json.GetProperty("digital");
        long operations = digital.GetProperty("operations").GetInt64();
        Assert.True(operations > 0);
        // The profile's units do 2.4 operations a nanosecond in each core, and 0.217 pJ each.
        Assert.InRange(digital.GetProperty("latencyNs").GetDouble(), 1e-9, operations / 2.4);
        Assert.Equal(0.217 * operations, digital.GetProperty("energyPj").GetDouble(), 6);
        Assert.Contains("control and instructions", Missing(run.Json));
        JsonElement serial = (await CliRun.Of("cost", Model!, "--hardware", "cim-aq-4b", "--json")).Json;
        Assert.Equal(JsonValueKind.Null, serial.GetProperty("digital").GetProperty("latencyNs").ValueKind);
        Assert.Contains("time of digital operators (digital.rate)", Missing(serial));
        JsonElement all = (await CliRun.Of("cost", Model!, "--hardware", "isaac,cim-aq-4b", "--json")).Json;
        JsonElement[] rows = [.. all.GetProperty("profiles").EnumerateArray()];
        Assert.Equal(digital.GetRawText().Split('\n').Select(l => l.Trim()),
            rows[0].GetProperty("digital").GetRawText().Split('\n').Select(l => l.Trim()));
        Assert.Equal(Missing(serial), Missing(rows[1]));
        Assert.Contains("not counted: ", (await CliRun.Of("cost", Model!, "--hardware", "isaac")).Output, StringComparison.Ordinal);

        static IEnumerable<string?> Missing(JsonElement json) =>
            json.GetProperty("notModelled").EnumerateArray().Select(m => m.GetString());
    }

    [Fact]
    public async Task A_profile_without_energy_warns_on_standard_error()
    {
        CliRun run = await CliRun.Of("cost", Model!, "--hardware", "cim-aq-4b", "--json");
        Assert.Contains("warning CIM2007", run.Error, StringComparison.Ordinal);
        Assert.Equal(0, run.Json.GetProperty("energyPj").GetDouble());
    }

    [Fact]
    public async Task All_profiles_are_compared_with_the_figures_each_has_alone()
    {
        CliRun run = await CliRun.Of("cost", Model!, "--hardware", "all", "--weight-bits", "4", "--json");
        Assert.Equal((ExitCode.Ok, ""), (run.ExitCode, run.Error));
        JsonElement[] rows = [.. run.Json.GetProperty("profiles").EnumerateArray()];
        Assert.Equal(HardwareProfiles.BuiltInNames, rows.Select(r => r.GetProperty("hardware").GetString()!));
        foreach (JsonElement row in rows)
        {
            JsonElement alone = (await CliRun.Of(
                "cost", Model!, "--hardware", row.GetProperty("hardware").GetString()!, "--weight-bits", "4", "--json")).Json;
            foreach (string key in new[] { "latencyNs", "energyPj", "areaUm2", "arrays", "adcConversions" })
                if (row.GetProperty(key).ValueKind == JsonValueKind.Null) Assert.Equal(0, alone.GetProperty(key).GetDouble());
                else Assert.Equal(alone.GetProperty(key).GetDouble(), row.GetProperty(key).GetDouble());
        }

        Assert.Contains("no energy figures", rows.Single(r => r.GetProperty("hardware").GetString() == "cim-aq-4b").GetProperty("notes")
            .EnumerateArray().Select(n => n.GetString()));
    }

    [Fact]
    public async Task A_profile_of_a_file_stands_beside_built_in_ones()
    {
        string file = Path.Combine(Directory.CreateTempSubdirectory("cim-hardware").FullName, "mine.cimhw.json");
        await File.WriteAllTextAsync(file, """{ "base": "isaac", "rows": 64 }""");
        CliRun run = await CliRun.Of("cost", Model!, "--hardware", $"isaac,{file}");
        Assert.Contains("128x128", run.Output, StringComparison.Ordinal);
        Assert.Contains("64x128", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("isaac,,puma", ExitCode.WrongUsage)]
    [InlineData("isaac,nothing", ExitCode.Failed)]
    public async Task A_list_of_profiles_names_only_profiles(string list, int exitCode) =>
        Assert.Equal(exitCode, (await CliRun.Of("cost", Model!, "--hardware", list)).ExitCode);

    [Fact]
    public async Task Policies_are_compared_on_one_profile_only() => Assert.Equal(
        ExitCode.WrongUsage, (await CliRun.Of("cost", Model!, "--hardware", "all", "--beside", "policies.json")).ExitCode);

    [Theory]
    [InlineData("--weight-bits", "0")]
    [InlineData("--weight-bits", "9")]
    [InlineData("--activation-bits", "x")]
    public async Task Bits_outside_their_range_are_wrong_usage(string option, string value) =>
        Assert.Equal(ExitCode.WrongUsage, (await CliRun.Of("cost", "m.onnx", option, value)).ExitCode);

    [Fact]
    public async Task Policies_of_a_file_are_shown_beside_the_network_s_own()
    {
        string file = Path.Combine(Directory.CreateTempSubdirectory("cim-policies").FullName, "policies.json");
        int layers = (await CliRun.Of("cost", Model!, "--json")).Json.GetProperty("layers").GetArrayLength();
        string four = string.Join(',', Enumerable.Repeat("[4,4]", layers));
        await File.WriteAllTextAsync(file, $$$"""{"policies":{"four":[{{{four}}}],"other network":[[8,8]]}}""");
        CliRun run = await CliRun.Of("cost", Model!, "--hardware", "cim-aq-4b", "--beside", file, "--json");
        JsonElement policy = Assert.Single(run.Json.GetProperty("policies").EnumerateArray());
        Assert.Equal("four", policy.GetProperty("name").GetString());
        Assert.Equal(1, run.Json.GetProperty("speedUpOverW8A8").GetDouble());
        Assert.Contains("1 policies", run.Error, StringComparison.Ordinal);
        JsonElement uniform = (await CliRun.Of(
            "cost", Model!, "--hardware", "cim-aq-4b", "--weight-bits", "4", "--activation-bits", "4", "--json")).Json;
        Assert.Equal(uniform.GetProperty("latencyNs").GetDouble(), policy.GetProperty("latencyNs").GetDouble());
        CliRun table = await CliRun.Of("cost", Model!, "--hardware", "cim-aq-4b", "--beside", file);
        Assert.Contains("four", table.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_policy_sets_the_precision_of_the_layers_it_names()
    {
        string name = (await CliRun.Of("cost", Model!, "--json")).Json.GetProperty("layers")[1].GetProperty("name").GetString()!;
        string file = Path.Combine(Directory.CreateTempSubdirectory("cim-policy").FullName, "policy.json");
        await File.WriteAllTextAsync(file, $$"""{"policy":[{"name":{{JsonSerializer.Serialize(name)}},"weightBits":3,"adcBits":5}]}""");
        JsonElement layers = (await CliRun.Of("cost", Model!, "--policy", file, "--json")).Json.GetProperty("layers");
        Assert.Equal((3, 8, 5), (Get("weightBits"), Get("activationBits"), Get("adcBits")));
        Assert.Equal(8, layers[0].GetProperty("weightBits").GetInt32());
        int Get(string key) => layers[1].GetProperty(key).GetInt32();
    }

    [Fact]
    public async Task A_missing_model_is_an_error_that_names_it()
    {
        CliRun run = await CliRun.Of("cost", "no-such-model.onnx");
        Assert.Equal(ExitCode.Failed, run.ExitCode);
        Assert.Matches(@"no-such-model\.onnx\(1,1\): error CIM0001: ", run.Error);
    }
}
