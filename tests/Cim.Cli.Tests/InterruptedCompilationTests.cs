using System.Diagnostics;
using System.Text;
using Cim.Cli.Invocation;
using Xunit;

namespace Cim.Cli.Tests;

/// <summary>The real command in a terminal of its own, interrupted by the key a person presses.</summary>
public sealed class InterruptedCompilationTests : IDisposable
{
    private const char CtrlC = '\u0003';

    private readonly string _folder = Directory.CreateTempSubdirectory("cim-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [UnixFact]
    public async Task Ctrl_C_in_a_terminal_ends_a_compilation_with_130_and_leaves_no_file()
    {
        string sample = SamplePath();
        // Far more work than anyone waits for.
        string command = string.Join(' ', new[]
        {
            "exec", "dotnet", typeof(CimApplication).Assembly.Location, "compile", Path.Combine(sample, "models", "motion.onnx"),
            "--calibration", Path.Combine(sample, "data", "calibration.npz"), "-o", Path.Combine(_folder, "net.cim"),
            "--hardware", "cim-aq-4b", "--search", "random", "--search-evaluations", "100000", "--max-accuracy-loss", "5",
        }.Select(word => $"'{word}'"));
        // script makes the terminal; what it reads is what is typed there.
        var start = new ProcessStartInfo("script", ["-q", "-e", "-c", command, "/dev/null"])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using Process terminal = Process.Start(start)!;
        await Read(terminal, until: "search");
        await terminal.StandardInput.WriteAsync(CtrlC);
        await terminal.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
        string rest = await terminal.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await terminal.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(terminal.ExitCode == ExitCode.Cancelled, rest);
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    /// <summary>Reads what the terminal shows until a text appears.</summary>
    private static async Task Read(Process terminal, string until)
    {
        var shown = new StringBuilder();
        char[] some = new char[256];
        while (!shown.ToString().Contains(until, StringComparison.Ordinal))
        {
            int count = await terminal.StandardOutput.ReadAsync(some, TestContext.Current.CancellationToken);
            Assert.True(count > 0, $"It ended before it showed '{until}': {shown}");
            shown.Append(some, 0, count);
        }
    }

    private static string SamplePath()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Cim.Sdk.sln"))) folder = Path.GetDirectoryName(folder);
        return Path.Combine(folder!, "samples", "MotionSensor");
    }
}
