using System.Diagnostics;
using Cim.Cli.Invocation;
using Xunit;

namespace Cim.Cli.Tests;

/// <summary>A pipe nobody writes into is refused, whatever a command would read from it, and never waited for.</summary>
public sealed class InputFilesTests : IDisposable
{
    private readonly SmallNetwork _net = new();

    public void Dispose() => _net.Dispose();

    [UnixTheory]
    [InlineData("CIM2002", "cost", "net.onnx", "--hardware", "PIPE")]
    [InlineData("CIM2008", "cost", "net.onnx", "--hardware", "table.cimhw.json")]
    [InlineData("CIM0001", "mvm", "PIPE")]
    [InlineData("CIM0001", "inspect", "PIPE")]
    [InlineData("CIM0001", "train", "PIPE")]
    [InlineData("CIM0001", "compile", "net.onnx", "--policy", "PIPE")]
    [InlineData("CIM0001", "compile", "net.onnx", "--lock", "PIPE")]
    [InlineData("CIM0001", "compile", "net.onnx", "--calibration", "PIPE")]
    public async Task A_pipe_is_no_input(string code, params string[] arguments)
    {
        using (Process made = Process.Start("mkfifo", [_net.At("PIPE")]))
            await made.WaitForExitAsync();
        File.WriteAllText(
            _net.At("table.cimhw.json"), """{ "base": "isaac", "programmingError": { "model": "table", "table": "PIPE" } }""");
        CliRun run = await Task.Run(() => CliRun.Of([.. arguments.Select(a => File.Exists(_net.At(a)) ? _net.At(a) : a)]))
            .WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(1, run.ExitCode);
        Assert.Contains(code, run.Error, StringComparison.Ordinal);
        Assert.Contains("pipe or a device", run.Error, StringComparison.Ordinal);
    }
}
