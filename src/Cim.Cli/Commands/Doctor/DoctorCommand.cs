using System.CommandLine;
using Cim.Cli.Commands.Documents;
using Cim.Cli.Invocation;
using Spectre.Console;

namespace Cim.Cli.Commands.Doctor;

/// <summary><c>cim doctor</c>: whether everything that compilations and builds need is here and works.</summary>
internal static class DoctorCommand
{
    private static readonly Option<string?> _cache = new("--cache-dir")
    {
        Description = "The cache of compiled models to look at; that of the user if left out.",
    };

    public static Command Create() =>
        new Command("doctor", "Checks the machine: runtime, processor, memory, folders, ONNX Runtime, compiler, .NET SDK.") { _cache }
            .Does((parsed, context) =>
            {
                // Where builds put it unless the property CimCacheDir says otherwise.
                string cache = parsed.GetValue(_cache) ?? Path.Combine(Environment.GetFolderPath(
                    Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "cim-sdk", "cache");
                DoctorCheck[] checks = [
                    .. MachineChecks.Run(cache), .. WorkChecks.Run(context.Cancellation), BuildChecks.Sdk(context.Cancellation)];
                context.WriteResult(new DoctorDocument(checks), CliJson.Relaxed.DoctorDocument, text => Print(text, checks));
                return Task.FromResult(checks.Any(c => c.State == DoctorState.Failed) ? ExitCode.Failed : ExitCode.Ok);
            });

    private static void Print(IAnsiConsole console, IEnumerable<DoctorCheck> checks)
    {
        foreach (DoctorCheck check in checks)
        {
            string mark = check.State switch
            {
                DoctorState.Ok => "[green]ok[/]     ",
                DoctorState.Warning => "[yellow]warning[/]",
                _ => "[red]FAILED[/] ",
            };
            console.MarkupLine($"{mark} {Markup.Escape(check.Name)}: {Markup.Escape(check.Found)}");
            if (check.Cure is { } cure) console.MarkupLine($"        {Markup.Escape(cure)}");
        }
    }
}
