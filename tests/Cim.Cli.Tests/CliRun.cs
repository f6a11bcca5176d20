using System.Text.Json;
using Cim.Cli.Invocation;

namespace Cim.Cli.Tests;

/// <summary>One run of the command line in this process: exit code and both streams.</summary>
internal sealed record CliRun(int ExitCode, string Output, string Error)
{
    public static Task<CliRun> Of(params string[] args) => Of(CancellationToken.None, args);

    public static async Task<CliRun> Of(CancellationToken cancellation, params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int exitCode = await CimApplication.RunAsync(args, output, error, cancellation);
        return new CliRun(exitCode, output.ToString(), error.ToString());
    }

    /// <summary>Standard output as the one JSON document it has to be.</summary>
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;
}
