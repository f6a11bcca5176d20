using System.CommandLine;
using Cim.Cli.Commands.Studies;
using Cim.Cli.Invocation;
using Cim.Cli.Studies;

namespace Cim.Cli.Commands;

/// <summary><c>cim gather DIR</c>: writes and prints what the command of a study gives, from the results of its units.</summary>
internal static class GatherCommand
{
    private static readonly Argument<string> _folder = new("store") { Description = "The folder of the study." };

    public static Command Create() => new Command("gather", "Puts the results of a study's units together.") { _folder }
        .Does((parsed, context) =>
            StudyCommand.With(parsed, context, new StudyStore(parsed.GetRequiredValue(_folder)), work => work.Finish()));
}
