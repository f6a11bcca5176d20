using System.Text;
using Cim.Cli.Invocation;
using Cim.Compiler.Tests.Fuzz;
using Cim.Runtime;
using CsCheck;
using Xunit;

namespace Cim.Cli.Tests;

/// <summary>Command lines and response files: whatever stands there gives a result or an error with a code, and one JSON document with
/// <c>--json</c>.</summary>
public sealed class ArgumentFuzzTests(ITestOutputHelper output)
{
    // Each builds all commands with their options, which takes 30 ms.
    private const int DefaultCases = 500;

    private static readonly string[] _tokens =
    [
        "hardware", "show", "list", "fields", "inspect", "cost", "mvm", "isaac", "puma", "nothing.onnx", "--json", "--help", "--hardware",
            "--weight-bits", "--weigth-bits", "4", "0", "-1", "1e999", "0,5", "--adc-bits", "--policy",
        "--dim", "x=3", "x=0", "=", "--version", "--", "-", "", "\"", "\"a b\"", "#", "@", "@@", "@nothing.rsp", "--json=false",
        "--json:true", "--seed", "99999999999999999999", "\0", "\ud800", "ä", "/dev/null", "[parse]", "--copies-within",
    ];

    [Fact]
    public void Any_command_line_is_answered_with_an_exit_code()
    {
        string folder = Directory.CreateTempSubdirectory("cim-test-").FullName, response = Path.Combine(folder, "a.rsp");
        Gen<string[]> lines = Gen.Select(Pick.Of("hardware", "inspect", "cost", "mvm", "", "@"), Pick.Of(_tokens).Array[0, 6])
            .Select((first, rest) => (string[])[first, .. rest]);
        Gen<byte[]> files = Gen.OneOf(lines.Select(l => Encoding.UTF8.GetBytes(string.Join('\n', l))),
            lines.Select(l => Encoding.UTF8.GetBytes(string.Join(' ', l))), Gen.Byte.Array[0, 60]);
        try
        {
            new FuzzRun("arguments", output, DefaultCases).Run(Gen.Select(lines, files, Gen.Bool), c =>
            {
                (string[] args, byte[] file, bool fromFile) = c;
                File.WriteAllBytes(response, file);
                CliRun run = CliRun.Of(fromFile ? ["hardware", $"@{response}"] : args).GetAwaiter().GetResult();
                Assert.Contains(run.ExitCode, new[] { ExitCode.Ok, ExitCode.Failed, ExitCode.WrongUsage });
                Assert.DoesNotContain(ErrorCodes.Unexpected, run.Error, StringComparison.Ordinal);
                if (!fromFile && Array.IndexOf(args, "--json") >= 0 && Array.IndexOf(args, "--") < 0 && run.ExitCode == ExitCode.Failed)
                    Assert.Equal(1, run.Json.GetProperty("schema").GetInt32());
                if (run.ExitCode != ExitCode.Ok)
                    throw new CimException(ErrorCodes.WrongUsage, run.Error.Length > 0 ? run.Error : run.Output);
            }, c => $"{string.Join(' ', c.Item1)} | {Convert.ToBase64String(c.Item2)}");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
