using System.Diagnostics;
using Cim.Cli.Invocation;
using Xunit;

namespace Cim.Cli.Tests;

public sealed class CompletionCommandTests
{
    [Theory]
    [InlineData("cim comp", "compare", "compile", "completion")]
    [InlineData("cim cost net.onnx --hardware is", "isaac")]
    [InlineData("cim compile net.onnx --search-ev", "--search-evaluations")]
    [InlineData("cim compile net.onnx --objective energy", "energy", "energy-delay")]
    public async Task What_may_follow_is_one_candidate_a_line(string line, params string[] expected) =>
        Assert.Equal(expected, Lines((await CliRun.Of($"[suggest:{line.Length}]", line)).Output));

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    [InlineData("pwsh")]
    public async Task Every_shell_has_a_script(string shell)
    {
        CliRun run = await CliRun.Of("completion", shell);
        Assert.Equal((ExitCode.Ok, ""), (run.ExitCode, run.Error));
        Assert.StartsWith("# For ", run.Output, StringComparison.Ordinal);
        Assert.Contains("[suggest:", run.Output, StringComparison.Ordinal);
        Assert.Equal(run.Output, (await CliRun.Of("completion", shell, "--json")).Json.GetProperty("script").GetString());
    }

    [Fact]
    public async Task An_unknown_shell_is_wrong_usage() =>
        Assert.Equal(ExitCode.WrongUsage, (await CliRun.Of("completion", "tcsh")).ExitCode);

    [UnixFact]
    public async Task Bash_completes_with_its_script()
    {
        string program = Path.Combine(AppContext.BaseDirectory, "cim.dll"), line = "cim schedule net.onnx --pipeline cr";
        string script = $$"""
            cim() { dotnet '{{program}}' "$@"; }
            {{(await CliRun.Of("completion", "bash")).Output}}
            COMP_LINE='{{line}}' COMP_POINT={{line.Length}} COMP_WORDS=(cim schedule net.onnx --pipeline cr) COMP_CWORD=4
            _cim_complete
            printf '%s\n' "${COMPREPLY[@]}"
            complete -p cim
            """;
        using Process bash = Process.Start(
            new ProcessStartInfo("bash", ["--norc", "-c", script]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Assert.Equal(["cross-layer", "complete -o default -F _cim_complete cim"], Lines(await bash.StandardOutput.ReadToEndAsync()));
    }

    private static string[] Lines(string text) => text.Split(['\n', '\r'], StringSplitOptions.RemoveEmptyEntries);
}
