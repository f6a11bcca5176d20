using System.Text.Json;
using Cim.Cli.Invocation;
using Cim.Runtime;
using Google.Protobuf;
using Xunit;

namespace Cim.Cli.Tests;

/// <summary>compile and run on a tiny network: keys, exit codes and files outside checks rely on.</summary>
public sealed class CompileCommandTests : IDisposable
{
    private const int Samples = 20;

    private readonly SmallNetwork _net = new();

    public void Dispose() => _net.Dispose();

    private string At(string name) => _net.At(name);

    private Task<CliRun> Compile(params string[] more) =>
        CliRun.Of([
            "compile", At("net.onnx"), "-o", At("net.cim"), "--calibration", At("data.npz"), "--evaluation", At("data.npz"), .. more]);

    [Fact]
    public async Task Compile_prints_the_keys_of_the_contract()
    {
        CliRun run = await Compile("--hardware", "isaac", "--report", At("report"), "--max-accuracy-loss", "1", "--json");
        Assert.True(run.ExitCode == 0, run.Error);
        JsonElement json = run.Json;
        Assert.Equal(1, json.GetProperty("schema").GetInt32());
        Assert.Equal(1, json.GetProperty("accuracyFloat").GetDouble());
        Assert.Equal(1, json.GetProperty("accuracyCompiled").GetDouble());
        foreach (string cost in new[] { "cost", "baseline" })
            foreach (string key in new[] { "latencyNs", "energyPj", "areaUm2", "arrays" })
                Assert.True(json.GetProperty(cost).GetProperty(key).GetDouble() > 0, key);
        JsonElement layer = Assert.Single(json.GetProperty("policy").EnumerateArray());
        Assert.Equal(("dense", 8, 8, 8),
            (layer.GetProperty("name").GetString(), layer.GetProperty("weightBits").GetInt32(),
            layer.GetProperty("activationBits").GetInt32(), layer.GetProperty("adcBits").GetInt32()));
        Assert.True(json.GetProperty("seconds").GetDouble() > 0);
        Assert.True(File.Exists(At("net.cim")) && File.Exists(At("report/report.json")) && File.Exists(At("report/report.html")));

        // What was printed is a policy file.
        File.WriteAllText(At("policy.json"), run.Output);
        Assert.Equal(0, (await Compile("--policy", At("policy.json"))).ExitCode);
    }

    [Fact]
    public async Task Run_writes_one_result_per_sample()
    {
        Assert.Equal(0, (await Compile()).ExitCode);
        CliRun run = await CliRun.Of("run", At("net.cim"), "--input", At("x.npy"), "--output", At("y.npy"));
        Assert.True(run.ExitCode == 0, run.Error);
        byte[] bytes = File.ReadAllBytes(At("y.npy"));
        Assert.Contains($"({Samples}, 3)", System.Text.Encoding.ASCII.GetString(bytes, 0, 128), StringComparison.Ordinal);
        float[] y = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(bytes.AsSpan()[^(Samples * 12)..]).ToArray();
        for (int i = 0; i < Samples; i++) Assert.Equal(2f, y[(i * 3) + (i % 3)], 1);
    }

    [Fact]
    public async Task Problems_have_codes_and_leave_no_output()
    {
        CliRun missing = await CliRun.Of("compile", At("none.onnx"), "-o", At("none.cim"));
        Assert.Equal(1, missing.ExitCode);
        Assert.Matches(@"none\.onnx\(1,1\): error CIM0001: ", missing.Error);
        CliRun unlabelled = await CliRun.Of("eval", At("net.onnx"), "--data", At("x.npy"));
        Assert.Matches(@"x\.npy\(1,1\): error CIM0007: ", unlabelled.Error);
        Assert.Equal(2, (await Compile("--search", "psychic")).ExitCode);
        Assert.Equal(2, (await Compile("--weight-bits", "11")).ExitCode);
        Assert.Equal(2, (await CliRun.Of("eval", At("net.onnx"))).ExitCode);
        Assert.False(File.Exists(At("net.cim")) || File.Exists(At("none.cim")));
    }

    [Fact]
    public async Task Without_calibration_data_there_is_one_warning_that_says_what_it_would_buy()
    {
        CliRun run = await CliRun.Of("compile", At("net.onnx"), "-o", At("net.cim"));
        Assert.Equal(0, run.ExitCode);
        Assert.Single(run.Error.Split('\n'), l => l.Contains(": warning CIM", StringComparison.Ordinal));
        Assert.Contains("warning CIM3001", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cancelled_compilation_returns_130_and_leaves_nothing()
    {
        using var source = new CancellationTokenSource();
        await source.CancelAsync();
        CliRun run = await CliRun.Of(source.Token, "compile", At("net.onnx"), "-o", At("net.cim"), "--calibration", At("data.npz"));
        Assert.Equal(130, run.ExitCode);
        Assert.False(File.Exists(At("net.cim")));
    }

    [Theory]
    [InlineData("--objective", "energy")]
    [InlineData("--budget-minutes", "1")]
    [InlineData("--search-evaluations", "5")]
    [InlineData("--policy-output", "p.json")]
    [InlineData("--strip-widths", "8,4")]
    [InlineData("--merge-method", "group")]
    [InlineData("--variation-confidence", "0.9")]
    [InlineData("--force-evaluate")]
    public async Task An_option_that_changes_nothing_is_named_in_a_warning(params string[] option)
    {
        CliRun run = await Compile(option);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains($"warning CIM3021: {option[0]} has no effect", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("CIM3021", (await Compile("--weight-bits", "8", "--seed", "1")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Compile_reports_the_fidelity_of_its_accuracy()
    {
        CliRun run = await Compile("--fidelity", "adc", "--json");
        JsonElement json = JsonDocument.Parse(run.Output).RootElement;
        Assert.Equal("adc", json.GetProperty("fidelity").GetString());
        Assert.Equal(json.GetProperty("accuracyAdc").GetDouble(), json.GetProperty("accuracyCompiled").GetDouble());
        Assert.True(json.GetProperty("accuracyExact").GetDouble() >= 0);
        Assert.InRange(json.GetProperty("agreement").GetProperty("cosine").GetDouble(), 0.9, 1.0001);
        Assert.Equal(Samples, json.GetProperty("agreement").GetProperty("samples").GetInt32());
    }

    [Theory]
    [InlineData(new[] { 1, 3 }, new[] { 1, 3 }, new[] { 20, 3 })]
    [InlineData(new[] { 3 }, new[] { 3 }, new[] { 20, 3 })]
    [InlineData(new[] { -1, 3 }, new[] { -1, 3 }, new[] { 20, 3 })]
    public async Task The_header_of_run_counts_every_sample(int[] input, int[] output, int[] shape)
    {
        File.WriteAllBytes(At("fixed.onnx"), SmallNetwork.Network(input, output).ToByteArray());
        Assert.Equal(0, (await CliRun.Of("compile", At("fixed.onnx"), "-o", At("fixed.cim"))).ExitCode);
        CliRun run = await CliRun.Of("run", At("fixed.cim"), "--input", At("x.npy"), "--output", At("y.npy"), "--json");
        Assert.Equal(shape, run.Json.GetProperty("shape").EnumerateArray().Select(d => d.GetInt32()));
        byte[] bytes = File.ReadAllBytes(At("y.npy"));
        Assert.Contains(
            $"'shape': ({string.Join(", ", shape)})", System.Text.Encoding.ASCII.GetString(bytes, 0, 128), StringComparison.Ordinal);
        Assert.Equal(128 + (4 * shape.Aggregate(1, (a, b) => a * b)), bytes.Length);
    }

    [Fact]
    public async Task Labels_are_kept_in_the_compiled_model_and_change_nothing_else_of_it()
    {
        File.WriteAllText(At("labels.txt"), "left\nmiddle\nright\n");
        Assert.Equal(0, (await Compile()).ExitCode);
        using CimModel without = CimModel.Load(At("net.cim"));
        Assert.Empty(without.Info.Labels);
        Assert.DoesNotContain("labels", System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(At("net.cim"))), StringComparison.Ordinal);

        Assert.Equal(0, (await Compile("--labels", At("labels.txt"))).ExitCode);
        using CimModel with = CimModel.Load(At("net.cim"));
        Assert.Equal("left, middle, right", string.Join(", ", with.Info.Labels));
        Assert.Equal(Scores(without), Scores(with));
        JsonElement inspected = (await CliRun.Of("inspect", At("net.cim"), "--json")).Json;
        Assert.Equal("right", inspected.GetProperty("labels")[2].GetString());

        static float[] Scores(CimModel model)
        {
            float[] scores = new float[3];
            model.Run([0.5f, 2, -1], scores);
            return scores;
        }
    }

    [Theory]
    [InlineData("left\nright\n", "labels.txt(2,1): error CIM0015: There are 2 labels, but output")]
    [InlineData("left\n\nright\n", "labels.txt(2,1): error CIM0015: The line is empty")]
    public async Task Labels_that_do_not_fit_are_an_error_with_file_and_line(string text, string error)
    {
        File.WriteAllText(At("labels.txt"), text);
        CliRun run = await Compile("--labels", At("labels.txt"));
        Assert.Equal(1, run.ExitCode);
        Assert.Contains(error, run.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(At("net.cim")));
    }
}
