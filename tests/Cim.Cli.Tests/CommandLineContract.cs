using Cim.Cli.Invocation;
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

    [Theory]
    [InlineData("0,5")]
    [InlineData("1e999")]
    [InlineData("NaN")]
    [InlineData("1.000,5")]
    [InlineData("half")]
    public async Task A_number_is_written_with_a_point_and_is_finite(string text)
    {
        CliRun run = await CliRun.Of("compile", "net.onnx", "--max-accuracy-loss", text);
        Assert.Equal(ExitCode.WrongUsage, run.ExitCode);
        Assert.Contains($"--max-accuracy-loss is '{text}'", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--seed", "-1")]
    [InlineData("--limit", "1,000")]
    [InlineData("--limit", "99999999999")]
    [InlineData("--weight-bits", "four")]
    public async Task A_whole_number_is_one(string option, string text)
    {
        CliRun run = await CliRun.Of("compile", "net.onnx", option, text);
        Assert.Equal(ExitCode.WrongUsage, run.ExitCode);
        Assert.Contains($"{option} is '{text}'", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("'--weight-bits'", "compile", "net.onnx", "--weigth-bits", "4")]
    [InlineData("'compile'", "compil", "net.onnx")]
    [InlineData("'fields'", "hardware", "feilds")]
    public async Task A_misspelled_name_gets_the_nearest_one(string meant, params string[] args)
    {
        CliRun run = await CliRun.Of(args);
        Assert.Equal(ExitCode.WrongUsage, run.ExitCode);
        Assert.Contains($"Did you mean {meant}?", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("compile", "net.onnx", "--seed", "1", "--seed", "2")]
    [InlineData("compile", "net.onnx", "-o", "a.cim", "--output", "b.cim")]
    [InlineData("compile", "net.onnx", "-o")]
    [InlineData("compile", "net.onnx", "-o", "--json")]
    public async Task An_option_has_one_value(params string[] args)
    {
        CliRun run = await CliRun.Of(args);
        Assert.Equal(ExitCode.WrongUsage, run.ExitCode);
        Assert.Matches("--(seed|output)|-o", run.Error);
    }

    [Fact]
    public void The_stack_of_a_defect_is_kept_for_who_asks()
    {
        Problem problem = Problem.From(new InvalidOperationException("oops"));
        Assert.Contains("CIM_DEBUG=1", problem.Message, StringComparison.Ordinal);
        Assert.Contains("InvalidOperationException: oops", problem.Stack, StringComparison.Ordinal);
        Assert.Null(Problem.From(new CimException(ErrorCodes.InvalidData, "Bad.")).Stack);
    }

    [UnixFact]
    public void A_full_disk_is_a_file_that_cannot_be_written() =>
        Assert.Equal(ErrorCodes.FileNotWritable, Problem.From(new IOException("No space left on device", 28)).Code);

    [Fact]
    public async Task A_Git_LFS_pointer_is_named_as_one()
    {
        using var net = new SmallNetwork();
        File.WriteAllText(net.At("net.onnx"), "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n");
        foreach (string[] args in new string[][] { ["inspect", net.At("net.onnx")],
            ["eval", net.At("net.onnx"), "--data", net.At("data.npz")], ["run", net.At("net.onnx"), "--input", "x", "--output", "y"] })
            Assert.Contains("git lfs pull", (await CliRun.Of(args)).Error, StringComparison.Ordinal);
    }
}
