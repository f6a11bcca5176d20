using System.Collections.Immutable;
using System.Globalization;
using Cim.Cli.Commands.Documents;
using Cim.Cli.Invocation;
using Cim.Cli.Studies;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Agreement;
using Cim.Compiler.Pipeline;
using Cim.Runtime.Model;
using Spectre.Console;

namespace Cim.Cli.Commands;

/// <summary>A chip of an evaluation.</summary>
/// <param name="Accuracy">Its accuracy.</param>
/// <param name="OutputCodes">Its output codes; null if not asked for.</param>
/// <param name="Confusion">Labels against classes; null if not asked for.</param>
internal sealed record EvalPart(ChipResult Accuracy, LayerOutputCodes[]? OutputCodes, ConfusionCell[]? Confusion);

/// <summary>What an evaluation measures.</summary>
/// <param name="Fidelity">Its name; <c>float</c> for a network.</param>
/// <param name="Seed">The seed of the first chip.</param>
/// <param name="Trials">How many chips are asked for.</param>
/// <param name="Chips">How many of them differ.</param>
/// <param name="Key">Everything else the results depend on.</param>
/// <param name="Compiled">The model; null for a network in float.</param>
internal sealed record EvalSubject(string Fidelity, ulong Seed, int Trials, int Chips, string Key, CompiledModel? Compiled);

/// <summary>An evaluation as parts: its chips.</summary>
/// <param name="subject">What is measured.</param>
/// <param name="measure">Measures a chip.</param>
/// <param name="context">Where it prints.</param>
/// <param name="model">Disposed at the end; null for a network in float.</param>
internal sealed class EvalStudy(
    EvalSubject subject, Func<int, CancellationToken, EvalPart> measure, CommandContext context, IDisposable? model)
    : Study<EvalPart>(CliJson.Relaxed.EvalPart)
{
    /// <inheritdoc/>
    public override string Key { get; } = ResultKey.Hash(
        string.Create(CultureInfo.InvariantCulture, $"eval {subject.Key} {subject.Fidelity} {subject.Seed} {subject.Trials}"));

    /// <inheritdoc/>
    public override int Parts => subject.Chips;

    /// <inheritdoc/>
    public override string Describe(int part) => string.Create(CultureInfo.InvariantCulture, $"chip {part + 1}");

    /// <inheritdoc/>
    public override void Dispose() => model?.Dispose();

    /// <inheritdoc/>
    protected override IEnumerable<EvalPart> Measure(int first, int count, CancellationToken cancellation) =>
        Enumerable.Range(first, count).Select(trial => measure(trial, cancellation));

    /// <inheritdoc/>
    protected override void Finish(IReadOnlyList<EvalPart> parts, double seconds)
    {
        // Chips that are all the same one are measured once.
        (ulong, Accuracy)[] trials = [.. Enumerable.Range(0, subject.Trials).Select(t => (unchecked(subject.Seed + (ulong)t),
            t < parts.Count ? parts[t].Accuracy.ToAccuracy() : parts[0].Accuracy.ToAccuracy() with { RunSeconds = 0 }))];
        ImmutableArray<LayerOutputCodes>[] codes =
            [.. parts.Where(p => p.OutputCodes is not null).Select(p => p.OutputCodes!.ToImmutableArray())];
        double? perJoule = subject.Compiled is { } compiled
            ? CorrectOperations.PerJoule(compiled, trials.Average(t => t.Item2.Fraction)) : null;
        var evaluation = new Evaluation(trials, perJoule, codes.Length > 0 ? LayerOutputCodes.Mean(codes) : null)
        {
            Confusion = parts.Any(p => p.Confusion is not null)
                ? ConfusionMatrix.Of(parts.SelectMany(p => p.Confusion ?? []), subject.Compiled?.Info.Labels ?? []) : null,
        };
        context.WriteResult(new EvalDocument(subject.Fidelity, evaluation), CliJson.Relaxed.EvalDocument,
            text => Print(text, subject.Fidelity, evaluation));
    }

    /// <inheritdoc/>
    protected override StudyTable Designs(IReadOnlyList<EvalPart> parts)
    {
        TrialStatistics statistics = TrialStatistics.Of(parts.Select(p => p.Accuracy.ToAccuracy().Fraction));
        return new StudyTable(["fidelity"],
        [
            new StudyDesign([subject.Fidelity], statistics.Mean, 100 * (parts.Max(p => p.Accuracy.ToAccuracy().Fraction) - statistics.Mean),
                DesignCost.Of(subject.Compiled?.Info.Cost))
            {
                AccuracyDeviation = statistics.Deviation,
            },
        ]);
    }

    private static void Print(IAnsiConsole console, string fidelity, Evaluation evaluation)
    {
        (ulong Seed, Accuracy Accuracy)[] trials = evaluation.Trials;
        void Line(string text) => console.WriteLine(text);
        foreach ((ulong seed, Accuracy a) in trials)
            Line($"{fidelity}{(trials.Length > 1 ? $", seed {seed}" : "")}: {a.Correct} of {a.Samples} correct, {100 * a.Fraction:F2} %");
        if (trials.Length > 1)
        {
            TrialStatistics s = TrialStatistics.Of(trials.Select(t => t.Accuracy.Fraction));
            Line($"mean {100 * s.Mean:F2} %, standard deviation {100 * s.Deviation:F2}, worst {100 * s.Minimum:F2} %, 5th percentile "
                + $"{100 * s.Percentile5:F2} %");
        }
        if (evaluation.CorrectOpsPerJoule is { } perJoule) Line($"{perJoule:G4} correct operations per joule");
        foreach (LayerOutputCodes layer in evaluation.OutputCodes ?? [])
            Line($"output codes of {layer.Name} ({layer.Bits} bits): "
                + $"{100 * layer.Equal:F2} % noise-free, {100 * layer.WithinOne:F3} % within "
                + $"one; in the network {100 * layer.EqualInNetwork:F2} %, {100 * layer.WithinOneInNetwork:F3} %");
        Line($"{evaluation.ImagesPerSecond:F0} images per second");
        evaluation.Confusion?.Print(console);
    }
}
