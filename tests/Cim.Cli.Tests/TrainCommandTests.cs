using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Cim.Cli.Invocation;
using Xunit;

namespace Cim.Cli.Tests;

/// <summary><c>cim train</c> from the command line, on a network and data made here.</summary>
public sealed class TrainCommandTests : IDisposable
{
    private const int Classes = 4, Inputs = 16;

    private readonly string _folder = Directory.CreateTempSubdirectory("cim-train").FullName;

    public TrainCommandTests() => File.WriteAllBytes(At("data.npz"), Data(1024));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string At(string name) => Path.Combine(_folder, name);

    [Fact]
    public async Task A_training_process_that_is_killed_goes_on_and_ends_with_the_same_bytes()
    {
        string whole = Recipe("whole", 200), parts = Recipe("parts", 200);
        CliRun uninterrupted = await CliRun.Of("train", whole, "--threads", "1");
        Assert.True(uninterrupted.ExitCode == ExitCode.Ok, uninterrupted.Error);

        // On a busy machine a training may be over before this process sees its first checkpoint: then another one is killed.
        for (int attempt = 0; attempt < 10; attempt++)
        {
            File.Delete(At("parts.onnx"));
            File.Delete(At("parts.checkpoint"));
            using Process process = Start("train", parts, "--threads", "1");
            while (!File.Exists(At("parts.checkpoint")) && !process.HasExited) await Task.Delay(1);
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            if (!File.Exists(At("parts.onnx"))) break;
        }

        Assert.True(File.Exists(At("parts.checkpoint")));
        Assert.False(File.Exists(At("parts.onnx")), "it was over before it was killed, ten times");
        CliRun resumed = await CliRun.Of("train", parts, "--threads", "1");
        Assert.True(resumed.ExitCode == ExitCode.Ok, resumed.Error);
        Assert.DoesNotContain("epoch 1/200", resumed.Error, StringComparison.Ordinal);
        Assert.Equal(await File.ReadAllBytesAsync(At("whole.onnx")), await File.ReadAllBytesAsync(At("parts.onnx")));
    }

    [Theory, InlineData("array"), InlineData("arrayColumn"), InlineData("arrayRow")]
    public async Task Arrays_pruned_in_training_are_missing_in_the_cost_of_the_compiled_network(string granularity)
    {
        const string Quantization = """, "quantization": { "weightBits": 4, "activationBits": 4, "edgeBits": 0 }""";
        string pruning = $$"""
            , "pruning": { "granularity": "{{granularity}}", "target": 0.4, "steps": 2, "epochs": 1,
                "rows": 16, "columns": 16, "columnsPerOutput": 2 }
            """;
        File.WriteAllText(At("small.cimhw.json"), """{ "base": "cim-aq-4b", "rows": 16, "columns": 16 }""");
        CliRun dense = await CliRun.Of("train", Recipe("dense", 4, Quantization), "--json");
        CliRun pruned = await CliRun.Of("train", Recipe("pruned", 4, Quantization + pruning), "--json");
        Assert.True(dense.ExitCode == ExitCode.Ok && pruned.ExitCode == ExitCode.Ok, dense.Error + pruned.Error);
        Assert.InRange(pruned.Json.GetProperty("arraysFreed").GetDouble(), 0.35, 0.65);

        JsonElement before = await Cost("dense"), after = await Cost("pruned");
        double freed = 1 - (after.GetProperty("arrays").GetDouble() / before.GetProperty("arrays").GetDouble());
        Assert.Equal(pruned.Json.GetProperty("arraysFreed").GetDouble(), freed, 6);
        Assert.True(after.GetProperty("latencyNs").GetDouble() < 0.9 * before.GetProperty("latencyNs").GetDouble());
        Assert.True(after.GetProperty("areaUm2").GetDouble() <= before.GetProperty("areaUm2").GetDouble());
    }

    [Theory]
    [InlineData("\"granularity\": \"tile\"", "pruning.granularity")]
    [InlineData("\"target\": 1", "pruning.target")]
    [InlineData("\"steps\": 0", "pruning")]
    public async Task An_impossible_pruning_is_an_error_that_names_the_field(string setting, string field)
    {
        CliRun run = await CliRun.Of("train", Recipe("wrong", 1, $", \"pruning\": {{ {setting} }}"));
        Assert.Equal(ExitCode.Failed, run.ExitCode);
        Assert.Contains("CIM0041", run.Error, StringComparison.Ordinal);
        Assert.Contains($"'{field}'", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("wrong.onnx")]
    [InlineData("wrong.checkpoint")]
    public async Task An_output_that_cannot_be_written_is_told_before_the_training(string occupied)
    {
        Directory.CreateDirectory(At(occupied));
        CliRun run = await CliRun.Of("train", Recipe("wrong", 100_000));
        Assert.Equal(ExitCode.Failed, run.ExitCode);
        Assert.Contains("CIM0008", run.Error, StringComparison.Ordinal);
        Assert.Contains(At(occupied), run.Error, StringComparison.Ordinal);
        Assert.Equal(new[] { At("data.npz"), At("wrong.json"), At(occupied) }.Order(StringComparer.Ordinal),
            Directory.GetFileSystemEntries(_folder).Order(StringComparer.Ordinal));
    }

    private async Task<JsonElement> Cost(string name)
    {
        CliRun run = await CliRun.Of("compile", At(name + ".onnx"), "--hardware", At("small.cimhw.json"), "--calibration", At("data.npz"),
            "--evaluation", At("data.npz"), "--json");
        Assert.True(run.ExitCode == ExitCode.Ok, run.Error);
        Assert.True(run.Json.GetProperty("accuracyCompiled").GetDouble() > 0.9, run.Output);
        return run.Json.GetProperty("cost");
    }

    private string Recipe(string name, int epochs, string more = "")
    {
        File.WriteAllText(At(name + ".json"), $$"""
            {
              "network": { "input": [{{Inputs}}], "layers": ["linear 64", "relu", "linear 64", "relu", "linear {{Classes}}"] },
              "data": { "train": "data.npz", "validation": 0.1 },
              "training": { "epochs": {{epochs}}, "batchSize": 32, "learningRate": 0.05, "averageDecay": 0.99 }{{more}},
              "output": "{{name}}.onnx", "checkpoint": "{{name}}.checkpoint"
            }
            """);
        return At(name + ".json");
    }

    private static Process Start(params string[] arguments) =>
        Process.Start(new ProcessStartInfo("dotnet", [typeof(CimApplication).Assembly.Location, .. arguments])
    {
        RedirectStandardError = true, RedirectStandardOutput = true,
    })!;

    /// <summary>Points around four corners, as an .npz of two plain .npy files.</summary>
    private static byte[] Data(int count)
    {
        var random = new Random(1);
        float[] corners = [.. Enumerable.Range(0, Classes * Inputs).Select(_ => (float)((2 * random.NextDouble()) - 1))];
        using var x = new MemoryStream();
        using var y = new MemoryStream();
        for (int i = 0; i < count; i++)
        {
            for (int k = 0; k < Inputs; k++)
                x.Write(BitConverter.GetBytes(corners[(i % Classes * Inputs) + k] + (float)(random.NextDouble() - 0.5)));
            y.Write(BitConverter.GetBytes((long)(i % Classes)));
        }

        using var file = new MemoryStream();
        using (var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            Write(zip, "x.npy", $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({count}, {Inputs}), }}", x.ToArray());
            Write(zip, "y.npy", $"{{'descr': '<i8', 'fortran_order': False, 'shape': ({count},), }}", y.ToArray());
        }

        return file.ToArray();
    }

    private static void Write(ZipArchive zip, string name, string header, byte[] data)
    {
        string padded = header.PadRight(117) + "\n";
        using Stream entry = zip.CreateEntry(name).Open();
        entry.Write([0x93, .. "NUMPY"u8, 1, 0, (byte)padded.Length, 0, .. Encoding.ASCII.GetBytes(padded), .. data]);
    }
}
