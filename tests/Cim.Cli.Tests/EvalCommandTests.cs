using System.Text.Json;
using Cim.Cli.Invocation;
using Cim.Runtime;
using Xunit;

namespace Cim.Cli.Tests;

/// <summary>eval of a tiny network: keys, fidelities, preprocessing, and what it warns of.</summary>
public sealed class EvalCommandTests : IDisposable
{
    private const int Samples = 20;

    private readonly SmallNetwork _net = new();

    public void Dispose() => _net.Dispose();

    private string At(string name) => _net.At(name);

    private Task<CliRun> Compile(params string[] more) =>
        CliRun.Of([
            "compile", At("net.onnx"), "-o", At("net.cim"), "--calibration", At("data.npz"), "--evaluation", At("data.npz"), .. more]);

    [Theory]
    [InlineData("exact")]
    [InlineData("adc")]
    public async Task Eval_prints_the_keys_of_the_contract(string fidelity)
    {
        Assert.Equal(0, (await Compile()).ExitCode);
        CliRun run = await CliRun.Of(
            "eval", At("net.cim"), "--data", At("data.npz"), "--fidelity", fidelity, "--trials", "2", "--limit", "11", "--json");
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal((11, 11, 1.0), (run.Json.GetProperty("samples").GetInt32(), run.Json.GetProperty("correct").GetInt32(),
            run.Json.GetProperty("accuracy").GetDouble()));
        Assert.Equal(2, run.Json.GetProperty("trials").GetArrayLength());
        Assert.True(run.Json.GetProperty("imagesPerSecond").GetDouble() > 0);
    }

    [Theory]
    [InlineData("net.onnx")]
    [InlineData("net.cim")]
    public async Task Confusion_counts_the_classes_of_every_label(string model)
    {
        // The network names the largest input's class, and labels of one sample in four are moved to the next class.
        byte[] y = [.. Enumerable.Range(0, Samples).Select(i => (byte)((i + (i % 4 == 0 ? 1 : 0)) % 3))];
        _net.WriteArchive("moved.npz", File.ReadAllBytes(At("x.npy")), [.. SmallNetwork.Npy("|u1", $"({Samples},)"), .. y]);
        Assert.Equal(0, (await Compile()).ExitCode);
        CliRun run = await CliRun.Of("eval", At(model), "--data", At("moved.npz"), "--confusion", "--json");
        Assert.True(run.ExitCode == 0, run.Error);
        int[,] expected = new int[3, 3];
        for (int i = 0; i < Samples; i++) expected[y[i], i % 3]++;
        JsonElement confusion = run.Json.GetProperty("confusion");
        for (int label = 0; label < 3; label++)
        {
            int[] row = [.. confusion.GetProperty("counts")[label].EnumerateArray().Select(n => n.GetInt32())];
            Assert.Equal([expected[label, 0], expected[label, 1], expected[label, 2]], row);
            Assert.Equal((double)row[label] / row.Sum(), confusion.GetProperty("recall")[label].GetDouble(), 12);
            Assert.Equal((double)row[label] / (expected[0, label] + expected[1, label] + expected[2, label]),
                confusion.GetProperty("precision")[label].GetDouble(), 12);
        }

        CliRun text = await CliRun.Of("eval", At(model), "--data", At("moved.npz"), "--confusion");
        Assert.Contains("1 taken for 0: 2", text.Output, StringComparison.Ordinal);
        Assert.False((await CliRun.Of("eval", At(model), "--data", At("moved.npz"), "--json")).Json.TryGetProperty("confusion", out _));
    }

    [Fact]
    public async Task Correct_operations_per_joule_are_accuracy_times_operations_over_energy()
    {
        double picojoules = (await Compile("--json")).Json.GetProperty("cost").GetProperty("energyPj").GetDouble();
        CliRun run = await CliRun.Of("eval", At("net.cim"), "--data", At("data.npz"), "--output-codes", "5", "--json");
        Assert.True(run.ExitCode == 0, run.Error);
        double expected = run.Json.GetProperty("accuracy").GetDouble() * 2 * 3 * 3 / (picojoules * 1e-12);
        Assert.Equal(expected, run.Json.GetProperty("correctOpsPerJoule").GetDouble(), expected * 1e-9);
        // The only layer writes real scores: there are no output codes.
        Assert.Equal(0, run.Json.GetProperty("outputCodes").GetArrayLength());

        Assert.Equal(JsonValueKind.Null,
            (await CliRun.Of("eval", At("net.onnx"), "--data", At("data.npz"), "--json")).Json.GetProperty("correctOpsPerJoule").ValueKind);
        Assert.Equal(2, (await CliRun.Of("eval", At("net.cim"), "--data", At("data.npz"), "--output-codes", "-1")).ExitCode);
        Assert.Equal(2, (await Compile("--variation-aware", "--variation-confidence", "1")).ExitCode);
    }

    [Fact]
    public async Task Eval_of_an_onnx_file_runs_it_in_float()
    {
        CliRun run = await CliRun.Of("eval", At("net.onnx"), "--data", At("data.npz"), "--json");
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal("float", run.Json.GetProperty("fidelity").GetString());
        Assert.Equal(Samples, run.Json.GetProperty("correct").GetInt32());
    }

    [Fact]
    public async Task Trials_of_chips_that_are_all_the_same_are_named_in_a_warning()
    {
        Assert.Equal(0, (await Compile()).ExitCode);
        CliRun run = await CliRun.Of(["eval", At("net.cim"), "--data", At("data.npz"), "--trials", "3", "--seed", "4"]);
        Assert.Contains("CIM3021: --trials has no effect", run.Error, StringComparison.Ordinal);
        Assert.Contains("CIM3021: --seed has no effect", run.Error, StringComparison.Ordinal);
        CliRun noisy = await CliRun.Of(
            ["eval", At("net.cim"), "--data", At("data.npz"), "--trials", "2", "--fidelity", "device", "--set", "readNoise.sigma=0.01"]);
        Assert.DoesNotContain("CIM3021", noisy.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Data_of_a_compiled_model_are_preprocessed_as_when_it_was_compiled()
    {
        // With the sign turned the smallest of the raw numbers wins, so that preprocessing that is left out shows.
        Assert.Equal(0, (await Compile("--scale", "-1")).ExitCode);
        CliRun own = await CliRun.Of("eval", At("net.cim"), "--data", At("data.npz"), "--json"),
            same = await CliRun.Of("eval", At("net.cim"), "--data", At("data.npz"), "--scale", "-1", "--json");
        Assert.Equal(same.Json.GetProperty("correct").GetInt32(), own.Json.GetProperty("correct").GetInt32());
        Assert.Contains("scale -1", own.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("warning", same.Error, StringComparison.Ordinal);
        CliRun other = await CliRun.Of("eval", At("net.cim"), "--data", At("data.npz"), "--scale", "1", "--json");
        Assert.Contains("warning CIM0014", other.Error, StringComparison.Ordinal);
        Assert.True(other.Json.GetProperty("correct").GetInt32() > own.Json.GetProperty("correct").GetInt32());
        Assert.Equal(
            "-1", (await CliRun.Of("inspect", At("net.cim"), "--json")).Json.GetProperty("preprocessing").GetProperty("scale").GetString());

        await CliRun.Of("run", At("net.cim"), "--input", At("x.npy"), "--output", At("own.npy"));
        await CliRun.Of("run", At("net.cim"), "--input", At("x.npy"), "--output", At("same.npy"), "--scale", "-1");
        Assert.Equal(File.ReadAllBytes(At("same.npy")), File.ReadAllBytes(At("own.npy")));
    }

    [Fact]
    public async Task A_model_compiled_on_data_as_they_are_says_nothing_of_preprocessing()
    {
        Assert.Equal(0, (await Compile()).ExitCode);
        using CimModel model = CimModel.Load(At("net.cim"));
        Assert.Null(model.Info.Preprocessing);
        Assert.DoesNotContain("CIM0014", (await CliRun.Of("eval", At("net.cim"), "--data", At("data.npz"), "--scale", "1/255")).Error,
            StringComparison.Ordinal);
    }
}
