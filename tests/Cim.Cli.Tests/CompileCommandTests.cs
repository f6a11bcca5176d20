using System.Text.Json;
using Cim.Cli.Invocation;
using Cim.Onnx.Proto;
using Cim.Runtime;
using Cim.Runtime.Tensors;
using Google.Protobuf;
using Xunit;

namespace Cim.Cli.Tests;

/// <summary>compile, eval and run on a tiny network: keys, exit codes and files outside checks rely on.</summary>
public sealed class CompileCommandTests : IDisposable
{
    private const int Samples = 20;

    private readonly string _folder = Directory.CreateTempSubdirectory("cim-test-").FullName;

    public CompileCommandTests()
    {
        File.WriteAllBytes(At("net.onnx"), Network());
        // A class is the position of the largest of three inputs, which the identity network gives exactly.
        float[] x = [.. Enumerable.Range(0, Samples * 3).Select(i => i % 3 == i / 3 % 3 ? 2f : ((i * 7 % 11) / 11f) - 0.4f)];
        File.WriteAllBytes(At("x.npy"), [.. Npy("<f4", $"({Samples}, 3)"), .. x.SelectMany(BitConverter.GetBytes)]);
        using var zip = System.IO.Compression.ZipFile.Open(At("data.npz"), System.IO.Compression.ZipArchiveMode.Create);
        using (Stream s = zip.CreateEntry("x.npy").Open()) s.Write(File.ReadAllBytes(At("x.npy")));
        using (Stream s = zip.CreateEntry("y.npy").Open()) s.Write(
            [.. Npy("|u1", $"({Samples},)"), .. Enumerable.Range(0, Samples).Select(i => (byte)(i % 3))]);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string At(string name) => Path.Combine(_folder, name);

    private static byte[] Npy(string type, string shape)
    {
        string header = $"{{'descr': '{type}', 'fortran_order': False, 'shape': {shape}, }}".PadRight(117) + "\n";
        return [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. System.Text.Encoding.ASCII.GetBytes(header)];
    }

    internal static byte[] Network()
    {
        var graph = new GraphProto { Name = "identity" };
        graph.Input.Add(Value("x", 3));
        graph.Output.Add(Value("y", 3));
        graph.Initializer.Add(new TensorProto { Name = "w", DataType = 1, Dims = { 3, 3 }, FloatData = { 1, 0, 0, 0, 1, 0, 0, 0, 1 } });
        graph.Node.Add(new NodeProto { Name = "dense", OpType = "MatMul", Input = { "x", "w" }, Output = { "y" } });
        var model = new ModelProto { IrVersion = 8, Graph = graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = 17 });
        return model.ToByteArray();
    }

    private static ValueInfoProto Value(string name, int width)
    {
        var shape = new TensorShapeProto();
        shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimParam = "N" });
        shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = width });
        return new ValueInfoProto
        {
            Name = name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = 1, Shape = shape } },
        };
    }

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

    [Fact]
    public async Task Correct_operations_per_joule_are_accuracy_times_operations_over_energy()
    {
        double picojoules = (await Compile("--json")).Json.GetProperty("cost").GetProperty("energyPj").GetDouble();
        CliRun run = await CliRun.Of("eval", At("net.cim"), "--data", At("data.npz"), "--words", "5", "--json");
        Assert.True(run.ExitCode == 0, run.Error);
        double expected = run.Json.GetProperty("accuracy").GetDouble() * 2 * 3 * 3 / (picojoules * 1e-12);
        Assert.Equal(expected, run.Json.GetProperty("correctOpsPerJoule").GetDouble(), expected * 1e-9);
        // The only layer writes real scores: there are no words.
        Assert.Equal(0, run.Json.GetProperty("words").GetArrayLength());

        Assert.Equal(JsonValueKind.Null,
            (await CliRun.Of("eval", At("net.onnx"), "--data", At("data.npz"), "--json")).Json.GetProperty("correctOpsPerJoule").ValueKind);
        Assert.Equal(2, (await CliRun.Of("eval", At("net.cim"), "--data", At("data.npz"), "--words", "-1")).ExitCode);
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
    [InlineData("--keep-ends")]
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
