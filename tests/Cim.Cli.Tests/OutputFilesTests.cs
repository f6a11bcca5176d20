using System.Diagnostics;
using Cim.Cli.Invocation;
using Cim.Runtime;
using Cim.Runtime.Diagnostics;
using Xunit;

namespace Cim.Cli.Tests;

/// <summary>No command destroys a file it reads, or another that it writes; devices and links are written through.</summary>
public sealed class OutputFilesTests : IDisposable
{
    private readonly SmallNetwork _net = new();

    public void Dispose() => _net.Dispose();

    [Theory]
    [InlineData("-o", "net.onnx")]
    [InlineData("-o", "data.npz")]
    [InlineData("-o", "profile.json")]
    [InlineData("--export-qdq", "net.onnx")]
    [InlineData("--export-qdq", "net.cim")]
    [InlineData("--lock", "net.onnx")]
    [InlineData("--policy-output", "data.npz")]
    [InlineData("--trial-log", "data.npz")]
    [InlineData("--training-checkpoint", "data.npz")]
    public async Task An_output_that_is_an_input_or_another_output_is_refused_before_any_work(string option, string name)
    {
        File.WriteAllText(_net.At("profile.json"), """{ "base": "isaac" }""");
        File.WriteAllText(_net.At("net.cim"), "old");
        byte[] before = File.ReadAllBytes(_net.At(name));
        List<string> args = ["compile", _net.At("net.onnx"), "--calibration", _net.At("data.npz"), "--hardware", _net.At("profile.json"),
            option, _net.At(name), "--training", _net.At("x.npy")];
        if (option != "-o") args.AddRange(["-o", _net.At("net.cim")]);
        CliRun run = await CliRun.Of([.. args]);
        Assert.Equal(ExitCode.WrongUsage, run.ExitCode);
        Assert.Contains("CIM0010", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("reading", run.Error, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(_net.At(name)));
        Assert.Equal("old", File.ReadAllText(_net.At("net.cim")));
    }

    [UnixTheory]
    [InlineData("symbolic")]
    [InlineData("hard")]
    [InlineData("folder")]
    [InlineData("dots")]
    public async Task The_same_file_by_another_name_is_refused_too(string kind)
    {
        string model = _net.At("net.onnx"), other = _net.At("other.onnx");
        if (kind == "symbolic") File.CreateSymbolicLink(other, model);
        else if (kind == "hard") await Run("ln", model, other);
        else if (kind == "folder") other = Path.Combine(Directory.CreateSymbolicLink(_net.At("link"), _net.Folder).FullName, "net.onnx");
        else other = Path.Combine(_net.Folder, "..", Path.GetFileName(_net.Folder), "net.onnx");
        byte[] before = File.ReadAllBytes(model);
        CliRun run = await CliRun.Of("compile", model, "-o", other);
        Assert.Equal(ExitCode.WrongUsage, run.ExitCode);
        Assert.Equal(before, File.ReadAllBytes(model));
    }

    [Fact]
    public async Task Run_refuses_to_write_over_its_input_and_its_model()
    {
        await _net.Compile();
        foreach (string output in new[] { "x.npy", "net.cim" })
        {
            CliRun run = await CliRun.Of("run", _net.At("net.cim"), "--input", _net.At("x.npy"), "--output", _net.At(output));
            Assert.Equal(ExitCode.WrongUsage, run.ExitCode);
        }

        Assert.Equal(0, (await CliRun.Of("run", _net.At("net.cim"), "--input", _net.At("x.npy"), "--output", _net.At("y.npy"))).ExitCode);
    }

    [Fact]
    public async Task Two_outputs_of_one_name_are_refused()
    {
        CliRun run = await CliRun.Of("sweep", _net.At("net.onnx"), "--data", _net.At("data.npz"), "--vary", "adcBits=6,7", "--csv",
            _net.At("a"), "--svg", _net.At("a"));
        Assert.Equal(ExitCode.WrongUsage, run.ExitCode);
        Assert.Contains("--svg would write", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_recipe_that_writes_over_its_data_is_refused()
    {
        File.WriteAllText(_net.At("recipe.json"), """
            { "network": { "input": [3], "layers": ["dense 3"] }, "data": { "train": "data.npz" }, "output": "data.npz" }
            """);
        CliRun run = await CliRun.Of("train", _net.At("recipe.json"));
        Assert.Equal(ExitCode.WrongUsage, run.ExitCode);
        Assert.Contains("recipe field 'output'", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-o")]
    [InlineData("--report")]
    [InlineData("--lock")]
    [InlineData("--export-qdq")]
    public async Task An_empty_name_is_wrong_usage(string option)
    {
        CliRun run = await CliRun.Of("compile", _net.At("net.onnx"), option, "");
        Assert.Equal(ExitCode.WrongUsage, run.ExitCode);
        Assert.Contains("is empty", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_made_is_known_before_the_work()
    {
        File.WriteAllText(_net.At("file"), "");
        CliRun run = await CliRun.Of("compile", _net.At("net.onnx"), "-o", Path.Combine(_net.At("file"), "net.cim"));
        Assert.Equal(ExitCode.Failed, run.ExitCode);
        Assert.Contains("CIM0008", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("quantizing", run.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_net.At("new")));
    }

    [UnixFact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task A_link_stays_a_link_and_permissions_stay()
    {
        string target = _net.At("target.cim");
        File.WriteAllText(target, "old");
        File.SetUnixFileMode(target, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupExecute);
        File.CreateSymbolicLink(_net.At("link.cim"), target);
        Assert.Equal(0, (await CliRun.Of("compile", _net.At("net.onnx"), "-o", _net.At("link.cim"))).ExitCode);
        Assert.Equal(target, new FileInfo(_net.At("link.cim")).LinkTarget);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupExecute, File.GetUnixFileMode(target));
        CimModel.Load(target).Dispose();
    }

    [UnixFact]
    public async Task A_device_is_written_and_stays_a_device()
    {
        Assert.Equal(0, (await CliRun.Of("compile", _net.At("net.onnx"), "-o", "/dev/null", "--export-qdq", "/dev/null")).ExitCode);
        Assert.Equal(FileKind.Special, FileFacts.KindOf("/dev/null"));
        CliRun full = await CliRun.Of("compile", _net.At("net.onnx"), "-o", "/dev/full");
        if (OperatingSystem.IsLinux()) Assert.Contains("CIM0008", full.Error, StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task A_pipe_carries_the_file()
    {
        string pipe = _net.At("pipe");
        await Run("mkfifo", pipe);
        Task<byte[]> read = Task.Run(() =>
        {
            using var bytes = new MemoryStream();
            using FileStream stream = File.OpenRead(pipe);
            stream.CopyTo(bytes);
            return bytes.ToArray();
        });
        Assert.Equal(0, (await CliRun.Of("compile", _net.At("net.onnx"), "-o", pipe)).ExitCode);
        using var model = new MemoryStream(await read.WaitAsync(TimeSpan.FromMinutes(1)));
        CimModel.Load(model).Dispose();
        Assert.Equal(FileKind.Special, FileFacts.KindOf(pipe));
    }

    [Fact]
    public async Task A_file_that_is_no_checkpoint_or_log_is_not_replaced_by_one()
    {
        File.WriteAllText(_net.At("notes.txt"), "not for you");
        foreach (string option in new[] { "--training-checkpoint", "--trial-log" })
        {
            CliRun run = await CliRun.Of(
                "compile", _net.At("net.onnx"), "-o", _net.At("net.cim"), "--training", _net.At("data.npz"), option, _net.At("notes.txt"));
            Assert.Equal(ExitCode.WrongUsage, run.ExitCode);
        }

        Assert.Equal("not for you", File.ReadAllText(_net.At("notes.txt")));
    }

    [UnixFact]
    public async Task Text_for_people_and_a_file_do_not_share_standard_output()
    {
        await _net.Compile();
        CliRun json = await CliRun.Of("run", _net.At("net.cim"), "--input", _net.At("x.npy"), "--output", "/dev/stdout", "--json");
        Assert.Equal(ExitCode.WrongUsage, json.ExitCode);
        CliRun text = await CliRun.Of("compile", _net.At("net.onnx"), "-o", "/dev/fd/1", "--calibration", "nothing.npz");
        Assert.Empty(text.Output);
    }

    private static async Task Run(string program, params string[] args)
    {
        using Process process = Process.Start(program, args);
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }
}
