using System.CommandLine;
using Cim.Cli.Invocation;
using Cim.Cli.Studies;
using Cim.Compiler.Messages;
using Cim.Runtime;
using Spectre.Console;

namespace Cim.Cli.Commands.Studies;

/// <summary>Makes the study of a command line.</summary>
/// <param name="parsed">The command line.</param>
/// <param name="context">Where it prints.</param>
/// <param name="store">Where units share what each of them would otherwise make; null without a store.</param>
internal delegate Study StudyFactory(ParseResult parsed, CommandContext context, StudyStore? store);

/// <summary>
/// A command whose work can be cut into units: it computes them here, or writes them into a store for others to compute, on a
/// cluster if asked.
/// </summary>
internal sealed class StudyCommand : Command
{
    private static readonly Option<string?> _store = new("--store")
    {
        Description = "Keeps the results of the parts in this folder: a run that is stopped continues there, and others can take part.",
    };
    private static readonly Option<string?> _submit = new("--submit")
    {
        Description = "Computes nothing here: 'slurm' submits the units as a job array with a job that gathers the result; 'none' writes "
            + "the study into the store, for 'cim unit' and 'cim gather'.",
        HelpName = "slurm|none",
    };
    private static readonly Option<int?> _unitParts = new("--unit-parts")
    {
        Description = "Parts a unit has. Default: as many as take about three minutes, by the time of the first; 1 without --submit.",
    };

    private readonly StudyFactory _make;
    private readonly StudyFiles _files;

    /// <summary>What the command does without a store; null = its study, part after part.</summary>
    public Action<ParseResult, CommandContext>? WithoutStore { get; init; }

    /// <summary>Makes the command.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="description">What it does.</param>
    /// <param name="files">What names files in its command line.</param>
    /// <param name="make">Makes its study.</param>
    public StudyCommand(string name, string description, StudyFiles files, StudyFactory make) : base(name, description)
    {
        (_files, _make) = (files, make);
        Options.Add(_store);
        Options.Add(_submit);
        Options.Add(_unitParts);
        SlurmArguments.AddTo(this);
        this.Does(Run);
    }

    /// <summary>The study that a store holds, ready to be computed.</summary>
    /// <param name="parsed">Any command line of the same program.</param>
    /// <param name="context">Where it prints.</param>
    /// <param name="store">The store.</param>
    /// <param name="use">What is done with it.</param>
    /// <exception cref="CimException">CIM0050: the study is of another version, or its files have changed; CIM0053: there is
    /// none.</exception>
    public static void With(ParseResult parsed, CommandContext context, StudyStore store, Action<StudyWork> use) =>
        With(parsed, context, store, work =>
        {
            use(work);
            return 0;
        });

    /// <inheritdoc cref="With(ParseResult, CommandContext, StudyStore, Action{StudyWork})"/>
    public static T With<T>(ParseResult parsed, CommandContext context, StudyStore store, Func<StudyWork, T> use)
    {
        StudyDocument stored = store.Open();
        ParseResult line = CommandLines.Parse((RootCommand)parsed.RootCommandResult.Command, [.. stored.Arguments]);
        if (line.Errors.Count > 0 || line.CommandResult.Command is not StudyCommand command)
            throw new CimException(ErrorCodes.InvalidStudy,
                $"The command line of the study is not understood: cim {string.Join(' ', stored.Arguments)}") { File = store.Folder };
        using Study study = command._make(line, context, store);
        return use(StudyWork.Of(study, stored, store));
    }

    private async Task<int> Run(ParseResult parsed, CommandContext context)
    {
        string? submit = parsed.GetValue(_submit), folder = parsed.GetValue(_store);
        Check(parsed, submit, folder);
        if (folder is null && WithoutStore is { } plain)
        {
            plain(parsed, context);
            return ExitCode.Ok;
        }

        StudyStore? store = folder is null ? null : new StudyStore(folder);
        using Study study = _make(parsed, context, store);
        if (store is null)
        {
            study.FinishHere(context.Cancellation);
            return ExitCode.Ok;
        }

        if (study.Grows && SlurmArguments.IsDry(parsed))
            throw OptionError.Usage($"--dry-run prints units, and those of this study depend on results; leave it out.");
        StudyUnit[] Units() => parsed.GetValue(_unitParts) is { } parts ? StudyUnits.Of(study, parts)
            : submit is null || SlurmArguments.IsDry(parsed) ? StudyUnits.Of(study, 1)
            : StudyUnits.Timed(study, store, context.Progress, context.Cancellation);
        if (SlurmArguments.IsDry(parsed))
        {
            await SlurmArguments.Print(parsed, context, store, Units(), parsed.GetValue(_unitParts) is not null ? null
                : " of one part; without --dry-run one is timed first, and a unit has as many parts as take three minutes");
            return ExitCode.Ok;
        }

        StudyWork work = StudyWork.Of(
            study, StudyArguments.Of(parsed, _files, [_store, _submit, _unitParts, .. SlurmArguments.Options]), store, Units,
            parsed.GetValue(_unitParts) ?? 0);
        if (submit == "slurm") await SlurmArguments.Submit(parsed, context, store, work.Document);
        else if (submit == "none") Tell(context, store, work);
        else work.Complete(context.Progress, context.Cancellation);
        return ExitCode.Ok;
    }

    private static void Check(ParseResult parsed, string? submit, string? folder)
    {
        if (submit is not (null or "slurm" or "none"))
            throw OptionError.Usage($"--submit is '{submit}'; expected slurm or none.");
        if (folder is null && submit is not null)
            throw OptionError.Usage($"--submit needs --store: a folder that the machines of the cluster see.");
        if (folder is null && parsed.GetResult(_unitParts) is not null)
            throw OptionError.Usage($"--unit-parts has no effect without --store.");
        if (parsed.GetValue(_unitParts) is < 1)
            throw OptionError.Usage($"--unit-parts is {parsed.GetValue(_unitParts)}; expected 1 or more.");
        if (submit != "slurm" && SlurmArguments.Options.FirstOrDefault(o => parsed.GetResult(o) is { Implicit: false }) is { } option)
            throw OptionError.Usage($"{option.Name} has no effect without --submit slurm.");
    }

    private static void Tell(CommandContext context, StudyStore store, StudyWork work) => context.WriteResult(
        new SubmissionDocument(store.Folder, work.Units.Count, [], null), StudyOutputJson.Relaxed.SubmissionDocument,
        text =>
            text.WriteLine(work.Document.Grows
            ? $"A study in rounds in {store.Folder}: 'cim gather {store.Folder}' says which units come next, or that it is done."
            : $"{work.Units.Count} units in {store.Folder}. Compute each with 'cim unit I --store {store.Folder}', I from 0 to "
            + $"{work.Units.Count - 1}, then 'cim gather {store.Folder}'."));
}
