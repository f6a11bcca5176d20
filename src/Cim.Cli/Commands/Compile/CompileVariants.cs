using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Cim.Cli.Invocation;
using Cim.Cli.Options;
using Cim.Cli.Studies;
using Cim.Compiler.Messages;
using Cim.Compiler.Options;
using Cim.Compiler.Pipeline;
using Cim.Runtime;
using Cim.Runtime.Hardware.Profiles;

namespace Cim.Cli.Commands.Compile;

/// <summary>The compilations of a command line with <c>--over</c>.</summary>
/// <param name="model">The argument of the network.</param>
/// <param name="over">The option of the axes.</param>
/// <param name="split">The option that cuts searches, too.</param>
/// <param name="options">The options of a compilation.</param>
/// <param name="files">What names files in the command line.</param>
internal sealed class CompileVariants(
    Argument<string> model, Option<string[]> over, Option<bool> split, OptionValues options, StudyFiles files)
{
    /// <summary>Options whose file each compilation would overwrite, or that a store does instead.</summary>
    private static readonly ImmutableArray<OptionRow> _single =
    [
        OptionTable.Report, OptionTable.ExportQdq, OptionTable.PolicyOutput, OptionTable.Lock, OptionTable.LockOnly, OptionTable.Dump,
        OptionTable.Dependencies, OptionTable.TrialLog, OptionTable.TrainingCheckpoint,
    ];

    /// <summary>The study of a command line.</summary>
    /// <exception cref="CimException">CIM0010: the axes or options do not go together.</exception>
    public Study Study(ParseResult parsed, CommandContext context, StudyStore store)
    {
        OptionReader values = options.Read(parsed);
        if (_single.FirstOrDefault(values.IsSet) is { } single)
            throw OptionError.Usage($"{single} is about one compilation, and a study has many; leave it out, or --store.");
        ImmutableArray<CompileAxis> axes = [.. (parsed.GetValue(over) ?? []).Select(text => CompileAxis.Parse(text).Absolute())];
        if (axes.GroupBy(a => a.Name).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw OptionError.Usage($"--over names '{twice.Key}' twice; name all its values in one.");
        string? output = values.Text(OptionTable.Output);
        if (output is not null && axes.FirstOrDefault(a => a.Name is CompileAxis.Model || a.Row == OptionTable.Hardware
            || a.Row == OptionTable.Objective || a.Row == OptionTable.ScheduleFor) is { } incomparable)
            throw OptionError.Usage(
                $"{OptionTable.Output} is the cheapest model of all, and models of several values of '{incomparable.Name}' do not "
                + "compare; leave it out: the models are in the store.");
        ImmutableArray<CompileVariant> variants = [.. Combinations(axes).Select(choices => Variant(parsed, axes, choices))];
        var written = new CommandFiles().Writes(OptionTable.Output, output);
        foreach (string network in variants.Select(v => v.Options.ModelPath).Distinct()) written = written.ReadsModel(network);
        written.Check();
        UnusedCompileOptions.Warn(variants[0].Options, values, context);
        var study = new CompileStudy(axes, variants, output, store, context);
        if (!parsed.GetValue(split)) return study;
        if (variants.FirstOrDefault(v => !v.Options.Searches) is not null)
            throw OptionError.Usage($"{split.Name} cuts searches, and {OptionTable.Search} asks for none; name rl, exact, evolutionary or "
                + $"random, or leave it out.");
        return variants.Any(v => v.Options.SearchMinutes is not null)
            ? throw OptionError.Usage($"{split.Name} and {OptionTable.SearchBudget} do not go together: a search that is cut ends when its "
                + $"evaluations are spent ({OptionTable.SearchEvaluations}).")
            : new SplitCompileStudy(study, variants, store, context);
    }

    private CompileVariant Variant(ParseResult parsed, ImmutableArray<CompileAxis> axes, ImmutableArray<string> choices)
    {
        List<string> line = [.. StudyArguments.Of(parsed, files, [over, split])];
        foreach ((CompileAxis axis, string value) in axes.Zip(choices))
        {
            if (axis.Row is not { } row) line[1] = value;
            else
            {
                line.RemoveAll(text => text.StartsWith(row.Flag + "=", StringComparison.Ordinal));
                line.Add($"{row.Flag}={value}");
            }
        }

        ParseResult one = CommandLines.Parse((RootCommand)parsed.RootCommandResult.Command, [.. line]);
        if (OptionRules.Problems(one) is [var problem, ..]) throw OptionError.Usage(problem.Message);
        CompileOptions read = CompileReader.Read(one.GetRequiredValue(model), options.Read(one)) with { OutputPath = null };
        string key = string.Join(' ', ResultKey.OfLock(read, HardwareProfiles.Load(read.Hardware)).Select(i => $"{i.Key}={i.Value}"))
            + string.Create(CultureInfo.InvariantCulture,
                // A compiled model has the name of its file.
                $" {Path.GetFileNameWithoutExtension(read.ModelPath)} {read.Fidelity} {read.EvaluationLimit} {read.SearchMinutes} ")
            + (read.Evaluation is { } evaluation ? InputHash.OfData(evaluation) : "");
        return new CompileVariant(choices, read, ResultKey.Hash(key)[..32]);
    }

    private static IEnumerable<ImmutableArray<string>> Combinations(ImmutableArray<CompileAxis> axes) => axes.Aggregate(
        (IEnumerable<ImmutableArray<string>>)[[]], (all, axis) => all.SelectMany(start => axis.Values.Select(value => start.Add(value))));
}
