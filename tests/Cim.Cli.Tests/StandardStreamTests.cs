using Cim.Cli.Invocation;
using Cim.Runtime;
using Xunit;

namespace Cim.Cli.Tests;

/// <summary>Standard streams that cannot be written to.</summary>
public sealed class StandardStreamTests
{
    [Theory]
    [InlineData("hardware", "fields")]
    [InlineData("hardware", "fields", "--json")]
    [InlineData("hardware", "list")]
    [InlineData("--help")]
    public async Task A_full_standard_output_is_an_error_of_its_own_and_not_a_crash(params string[] args)
    {
        using var error = new StringWriter();
        Assert.Equal(ExitCode.Failed, await CimApplication.RunAsync(args, new BrokenWriter(), error, CancellationToken.None));
        Assert.Matches("^cim: error CIM0008: .*No space left.*\\s*$", error.ToString());
    }

    [Fact]
    public async Task A_closed_standard_error_changes_neither_result_nor_exit_code()
    {
        using var output = new StringWriter();
        Assert.Equal(ExitCode.Failed, await CimApplication.RunAsync(
            ["inspect", "nothing.onnx"], output, new BrokenWriter(), CancellationToken.None));
        Assert.Equal(ExitCode.Ok, await CimApplication.RunAsync(["hardware", "list"], output, new BrokenWriter(), CancellationToken.None));
    }

    [Fact]
    public async Task A_cancelled_command_with_json_still_writes_one_document()
    {
        using var net = new SmallNetwork();
        CliRun run = await CliRun.Of(new CancellationToken(canceled: true), "compile", net.At("net.onnx"), "--json");
        Assert.Equal(ExitCode.Cancelled, run.ExitCode);
        Assert.Equal(ErrorCodes.Cancelled, run.Json.GetProperty("error").GetProperty("code").GetString());
    }

    private sealed class BrokenWriter : TextWriter
    {
        public override System.Text.Encoding Encoding => System.Text.Encoding.UTF8;

        public override void Write(char value) => throw new IOException("No space left on device");
    }
}
