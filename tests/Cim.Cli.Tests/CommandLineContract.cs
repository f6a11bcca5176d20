using Cim.Runtime;
using Xunit;

namespace Cim.Cli.Tests;

public sealed class CommandLineContract
{
    [Fact]
    public async Task Help_lists_the_commands_and_succeeds()
    {
        CliRun run = await CliRun.Of("--help");
        Assert.Equal(ExitCode.Ok, run.ExitCode);
        Assert.Contains("hardware", run.Output, StringComparison.Ordinal);
        Assert.Contains("--json", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bogus")]
    [InlineData("hardware", "show")]
    [InlineData("hardware", "list", "--nonsense")]
    public async Task Wrong_usage_is_exit_code_2_with_one_error_line(params string[] args)
    {
        CliRun run = await CliRun.Of(args);
        Assert.Equal(ExitCode.WrongUsage, run.ExitCode);
        Assert.Empty(run.Output);
        Assert.Matches(@"^cim: error CIM0010: .*--help'\.\s*$", run.Error);
    }

    [Fact]
    public async Task A_failed_command_with_json_writes_one_document_with_the_error()
    {
        CliRun run = await CliRun.Of("hardware", "show", "no-such-profile", "--json");
        Assert.Equal(ExitCode.Failed, run.ExitCode);
        Assert.Equal(1, run.Json.GetProperty("schema").GetInt32());
        Assert.StartsWith("CIM2", run.Json.GetProperty("error").GetProperty("code").GetString(), StringComparison.Ordinal);
        Assert.Contains("error CIM2", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_problem_with_a_file_names_file_line_and_column()
    {
        using var writer = new StringWriter();
        Problem.From(new CimException(ErrorCodes.InvalidData, "Bad.\nWorse.") { File = "a.json", Line = 3, Column = 7 }).WriteTo(writer);
        Assert.Equal("a.json(3,7): error CIM0006: Bad. Worse." + Environment.NewLine, writer.ToString());
    }

    [Fact]
    public void An_unforeseen_exception_becomes_a_message_without_a_stack_trace()
    {
        using var writer = new StringWriter();
        Problem.From(new InvalidOperationException("oops")).WriteTo(writer);
        Assert.StartsWith("cim: error CIM4999: Unexpected InvalidOperationException", writer.ToString(), StringComparison.Ordinal);
        Assert.Single(writer.ToString().TrimEnd().Split('\n'));
    }
}
