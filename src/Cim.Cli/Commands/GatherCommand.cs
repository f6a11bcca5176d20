using System.CommandLine;
using Cim.Cli.Commands.Studies;
using Cim.Cli.Invocation;
using Cim.Cli.Studies;
using Cim.Cli.Studies.Slurm;
using Cim.Compiler.Messages;
using Cim.Runtime;

namespace Cim.Cli.Commands;

/// <summary><c>cim gather DIR</c>: writes and prints what the command of a study gives, from the results of its units; where these call
/// for further units, it adds them to the study.</summary>
internal static class GatherCommand
{
    private static readonly Argument<string> _folder = new("store") { Description = "The folder of the study." };
    private static readonly Option<string?> _submit = new("--submit")
    {
        Description = "Where the results call for further units, 'slurm' submits them as the study was submitted.",
        HelpName = "slurm",
    };

    public static Command Create() => new Command("gather", "Puts the results of a study's units together.") { _folder, _submit }
        .Does(Run);

    private static async Task<int> Run(ParseResult parsed, CommandContext context)
    {
        if (parsed.GetValue(_submit) is not (null or "slurm") and var submit)
            throw OptionError.Usage($"--submit is '{submit}'; expected slurm.");
        var store = new StudyStore(parsed.GetRequiredValue(_folder));
        bool submits = parsed.GetValue(_submit) is not null;
        StudyDocument stored = store.Open();
        if (submits && stored.Grows && new SlurmStudy(store, stored, SlurmArguments.Cluster(context)).HasUnsubmitted)
        {
            // This job was ended between adding units and submitting them.
            await SlurmArguments.Submit(parsed, context, store, stored);
            return ExitCode.Ok;
        }

        StudyDocument? further = StudyCommand.With(parsed, context, store, work =>
        {
            int before = work.Units.Count;
            if (work.Advance(context.Cancellation))
                return submits ? work.Document : throw Incomplete(store, before, work.Units.Count);
            work.Finish();
            return null;
        });
        if (further is not null) await SlurmArguments.Submit(parsed, context, store, further);
        return ExitCode.Ok;
    }

    private static CimException Incomplete(StudyStore store, int before, int after) => new(ErrorCodes.StudyIncomplete,
        (after - before == 1
            ? FormattableString.Invariant($"The search goes on: unit {before} has no result yet. Compute it with 'cim unit {before}")
            : FormattableString.Invariant($"The search goes on: {after - before} further units, {before} to {after - 1}, have no ")
                + "result yet. Compute each with 'cim unit I")
        + $" --store {store.Folder}' and gather again; 'cim study resume {store.Folder}' does all that.") { File = store.Folder };
}
