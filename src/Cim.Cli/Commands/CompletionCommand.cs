using System.CommandLine;
using Cim.Cli.Invocation;

namespace Cim.Cli.Commands;

/// <summary><c>cim completion SHELL</c>: what a shell reads to complete commands, options and their values with the tabulator.</summary>
internal static class CompletionCommand
{
    private static readonly Argument<string> _shell = Shell();

    public static Command Create() =>
        new Command("completion", "Prints the script by which a shell completes the command line of cim.") { _shell }
            .Does((parsed, context) =>
            {
                string shell = parsed.GetRequiredValue(_shell), script = CompletionScripts.For(shell);
                context.WriteResult(
                    json =>
                    {
                        json.WriteString("shell", shell);
                        json.WriteString("script", script);
                    },
                    // As it is: a console would wrap long lines.
                    text => text.Profile.Out.Writer.Write(script));
            });

    private static Argument<string> Shell()
    {
        var shell = new Argument<string>("shell") { Description = $"{string.Join(", ", CompletionScripts.Shells)}." };
        shell.AcceptOnlyFromAmong([.. CompletionScripts.Shells]);
        return shell;
    }
}
