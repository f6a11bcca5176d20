using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Cim.Package.Tests;

/// <summary>What a person sees: builds in a terminal that tmux emulates, with the logger that the SDK chooses there.</summary>
[Collection(PackageTestGroup.Name)]
public sealed class TerminalTests(PackedSdk sdk) : IDisposable
{
    private const int Columns = 120, Rows = 60;

    private readonly string _socket = "cim-" + Guid.NewGuid().ToString("N")[..8];

    public void Dispose() => Tmux("kill-server");

    [TmuxFact]
    public void The_result_and_warnings_stand_in_the_terminal_now_and_in_a_build_that_does_nothing()
    {
        // Without calibration data there is a warning to repeat.
        TemporaryProject project = sdk.Project().Write("models/net.onnx", Networks.Perceptron())
            .Write("Program.cs", "Console.WriteLine(App.Net.Info.Name);").WithItems("""<CimModel Include="models/net.onnx" />""");
        string first = Screen(project, "first"), second = Screen(project, "second");
        Assert.All([first, second], screen =>
        {
            Assert.Matches(@"(?m)^  net succeeded \([0-9.]+s\) → accuracy not measured, [0-9,]+ ns, [0-9,]+ pJ, \d+ arrays, "
                + @"report: /.*/net\.report/report\.html$", screen);
            Assert.Contains("warning CIM3001", screen, StringComparison.Ordinal);
            // No other logger ends like this.
            Assert.Matches(@"Build succeeded with 1 warning\(s\) in ", screen);
        });
        // Only the first one compiled.
        Assert.True(
            File.GetLastWriteTimeUtc(project["obj/Debug/net10.0/cim/net.cim"]) < File.GetLastWriteTimeUtc(project["first.done"]));
    }

    /// <summary>Builds in a new window and returns what stands there at the end.</summary>
    private string Screen(TemporaryProject project, string name)
    {
        string script = $"""
            cd '{project.Folder}'
            unset MSBUILDTERMINALLOGGER CI {CommandLine.PackagesFolder}
            export DOTNET_CLI_UI_LANGUAGE=en MSBUILDDISABLENODEREUSE=1 DOTNET_NOLOGO=1
            dotnet build
            touch '{project[name + ".done"]}'
            sleep 300
            """;
        project.Write(name + ".sh", script);
        Tmux("new-session", "-d", "-s", name, "-x", $"{Columns}", "-y", $"{Rows}", $"bash '{project[name + ".sh"]}'");
        for (int i = 0; i < 3000 && !File.Exists(project[name + ".done"]); i++) Thread.Sleep(100);
        string screen = Tmux("capture-pane", "-p", "-J", "-S", "-", "-t", name);
        Tmux("kill-session", "-t", name);
        return screen;
    }

    private string Tmux(params string[] arguments)
    {
        using Process tmux = Process.Start(new ProcessStartInfo("tmux", ["-L", _socket, "-f", "/dev/null", .. arguments])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        string output = tmux.StandardOutput.ReadToEnd();
        tmux.WaitForExit();
        return output;
    }

    [AttributeUsage(AttributeTargets.Method)]
    private sealed class TmuxFactAttribute : FactAttribute
    {
        public TmuxFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
            : base(file, line) => Skip = Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator)
                .Any(folder => File.Exists(Path.Combine(folder, "tmux"))) ? null : "needs tmux";
    }
}
