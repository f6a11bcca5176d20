using System.Collections.Immutable;
using System.CommandLine;
using Cim.Cli.Invocation;
using Cim.Cli.Studies;
using Cim.Cli.Studies.Slurm;
using Cim.Compiler.Messages;
using Cim.Runtime;
using Cim.Runtime.Diagnostics;
using Spectre.Console;

namespace Cim.Cli.Commands.Studies;

/// <summary>The options of <c>--submit slurm</c>.</summary>
internal static class SlurmArguments
{
    private static readonly Option<string[]> _option = new("--slurm-option")
    {
        Description = "An option of sbatch for every task, without dashes: partition=cpu, time=00:30:00, mem=4G, cpus-per-task=4. May be "
            + "repeated.",
        HelpName = "NAME=VALUE",
    };
    private static readonly Option<string?> _setup = new("--slurm-setup")
    {
        Description = "A file with lines of a shell that every task runs first, for example 'module load dotnet'.",
    };
    private static readonly Option<int> _parallel = new("--slurm-parallel")
    {
        Description = "At most this many tasks at a time; 0 = as many as there is room for.",
    };
    private static readonly Option<bool> _dry = new("--dry-run") { Description = "Prints the script and submits nothing." };

    /// <summary>Adds the options to a command.</summary>
    public static void AddTo(Command command)
    {
        foreach (Option option in Options) command.Options.Add(option);
    }

    /// <summary>All of them.</summary>
    public static IReadOnlyCollection<Option> Options { get; } = [_option, _setup, _parallel, _dry];

    /// <summary>Whether nothing is to be submitted.</summary>
    public static bool IsDry(ParseResult parsed) => parsed.GetValue(_dry);

    /// <summary>How units are to run.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="last">How they ran before; what the command line does not say stays so.</param>
    /// <exception cref="CimException">CIM0010: an option is none of sbatch; CIM0001: the file cannot be read.</exception>
    public static SlurmSettings Read(ParseResult parsed, SlurmSettings? last = null)
    {
        string[] options = parsed.GetValue(_option) ?? [];
        if (parsed.GetValue(_parallel) is < 0 and var parallel)
            throw OptionError.Usage($"--slurm-parallel is {parallel}; expected 0 or more.");
        return new SlurmSettings(
            options.Length > 0 ? [.. options.Select(SlurmSettings.CheckedOption)] : last?.Options ?? [],
            parsed.GetValue(_setup) is { } file ? InputFile.ReadText(file, "set-up", ErrorCodes.FileNotReadable) : last?.Setup,
            parsed.GetResult(_parallel) is { Implicit: false } ? parsed.GetValue(_parallel) : last?.Parallel ?? 0);
    }

    /// <summary>The cluster, whose commands end with this one.</summary>
    public static SlurmCluster Cluster(CommandContext context) => new(SlurmCluster.Patience, context.Cancellation);

    /// <summary>Prints what would be submitted.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="context">Where it prints.</param>
    /// <param name="store">The store.</param>
    /// <param name="units">The units.</param>
    /// <param name="note">What is to be known of them, as a comment; null for nothing.</param>
    public static async Task Print(
        ParseResult parsed, CommandContext context, StudyStore store, StudyUnit[] units, string? note = null)
    {
        SlurmSettings settings = Read(parsed);
        var scripts = new SlurmScripts(store, CimCommand.Arguments, settings);
        int arraySize = await Cluster(context).ArraySize();
        string[] arrays = [.. SlurmTasks.Of(Enumerable.Range(0, units.Length), arraySize).Select(t => FormattableString.Invariant(
            $"sbatch {SlurmStudy.ArrayOption(t, settings)} {store.At("slurm", "units.sh")} {t.Offset}"))];
        string gather = $"sbatch --dependency=afterany:JOBS {store.At("slurm", "gather.sh")}";
        var document = new SubmissionDocument(store.Folder, units.Length, [], null)
        {
            DryRun = new DryRun([.. arrays, gather], scripts.Units(), scripts.Gather(grows: false)),
        };
        context.WriteResult(document, StudyOutputJson.Relaxed.SubmissionDocument, text =>
        {
            text.WriteLine($"# {units.Length} units{note}");
            foreach (string line in arrays) text.WriteLine($"# {line}");
            text.WriteLine(scripts.Units());
            text.WriteLine($"# {gather}");
            text.WriteLine(scripts.Gather(grows: false));
        });
    }

    /// <summary>Submits the units that are missing.</summary>
    public static async Task Submit(ParseResult parsed, CommandContext context, StudyStore store, StudyDocument stored)
    {
        var study = new SlurmStudy(store, stored, Cluster(context));
        (IReadOnlyList<SlurmSubmission> arrays, string? gather) =
            await study.Submit(Read(parsed, study.Jobs?.Settings), CimCommand.Arguments);
        context.WriteResult(
            new SubmissionDocument(store.Folder, stored.Units.Count, arrays, gather), StudyOutputJson.Relaxed.SubmissionDocument, text =>
        {
            foreach (SlurmSubmission array in arrays) text.WriteLine($"array job {array.Job}: tasks {array.Tasks}");
            text.WriteLine(gather is null
                ? $"Every unit has a result; 'cim gather {store.Folder}' puts them together."
                : stored.Grows ? $"job {gather} continues when they have ended: {store.At("logs", $"gather_{gather}.log")}"
                : $"job {gather} gathers the result when they have ended: {store.At("logs", $"gather_{gather}.log")}");
            text.WriteLine($"'cim study status {store.Folder}' says how far they are.");
        });
    }
}
