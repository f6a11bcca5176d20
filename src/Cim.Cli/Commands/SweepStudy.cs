using System.Globalization;
using Cim.Cli.Commands.Documents;
using Cim.Cli.Invocation;
using Cim.Cli.Studies;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Sweep;
using Spectre.Console;

namespace Cim.Cli.Commands;

/// <summary>Where a sweep writes its results.</summary>
/// <param name="Folder">A folder for all forms; null for none.</param>
/// <param name="Csv">A file; null for none.</param>
/// <param name="Svg">A file; null for none.</param>
internal sealed record SweepFiles(string? Folder, string? Csv, string? Svg);

/// <summary>A sweep as parts: the accuracy of the integers, then every chip that differs from the others.</summary>
/// <param name="runner">Measures.</param>
/// <param name="plan">The grid.</param>
/// <param name="options">How to simulate.</param>
/// <param name="subject">What it starts from.</param>
/// <param name="inputs">The content of the files it reads.</param>
/// <param name="files">Where results go.</param>
/// <param name="context">Where it prints.</param>
internal sealed class SweepStudy(
    SweepRunner runner, SweepPlan plan, SweepOptions options, SweepSubject subject, SweepInputs inputs, SweepFiles files,
    CommandContext context)
    : Study<ChipResult>(StudyJson.Relaxed.ChipResult)
{
    /// <inheritdoc/>
    public override string Key { get; } = ResultKey.Hash(string.Create(CultureInfo.InvariantCulture, $"sweep {inputs.Key} "
        + $"{options.Fidelity} {options.Trials} {options.Seed} {options.Limit} ")
        + string.Join(' ', plan.Points.Select((p, i) => $"{plan.Describe(i)}: {ResultKey.HashOf(p.Hardware)}")));

    /// <inheritdoc/>
    public override int Parts => 1 + runner.Chips.Length;

    /// <inheritdoc/>
    public override string Describe(int part) => part == 0 ? "integers" : runner.Chips[part - 1].Describe(plan);

    /// <inheritdoc/>
    public override void Dispose()
    {
        // It has nothing of its own.
    }

    /// <inheritdoc/>
    protected override IEnumerable<ChipResult> Measure(int first, int count, CancellationToken cancellation)
    {
        if (first == 0) yield return ChipResult.Of(runner.Reference(cancellation));
        SweepChip[] chips = [.. runner.Chips.Skip(Math.Max(0, first - 1)).Take(first == 0 ? count - 1 : count)];
        var log = new SweepProgress(plan, chips.Length, context.Progress);
        foreach (Accuracy accuracy in runner.Measure(chips, log, cancellation)) yield return ChipResult.Of(accuracy);
    }

    /// <inheritdoc/>
    protected override void Finish(IReadOnlyList<ChipResult> parts, double seconds)
    {
        var report = new SweepReport(subject, plan, runner.Points(Chips(parts)), options) { Exact = parts[0].ToAccuracy() };
        report.Save(files);
        context.WriteResult(new SweepDocument(report, seconds), CliJson.Relaxed.SweepDocument, text => Print(text, report, seconds));
    }

    /// <inheritdoc/>
    protected override StudyTable Designs(IReadOnlyList<ChipResult> parts)
    {
        double exact = parts[0].ToAccuracy().Fraction;
        return new StudyTable([.. plan.Axes.Select(a => a.Field)],
        [
            .. runner.Points(Chips(parts)).Select(p => new StudyDesign(
                p.Point.Values, p.Statistics.Mean, 100 * (exact - p.Statistics.Mean), DesignCost.Of(p.Cost))
                {
                    AccuracyDeviation = p.Statistics.Deviation,
                }),
        ]);
    }

    private static Accuracy[] Chips(IReadOnlyList<ChipResult> parts) => [.. parts.Skip(1).Select(p => p.ToAccuracy())];

    private static void Print(IAnsiConsole console, SweepReport report, double seconds)
    {
        var table = new Table().AddColumns(
            [.. report.Plan.Axes.Select(a => a.Field), "mean", "s.d.", "worst", "5th percentile", "latency, ns", "energy, pJ",
            "area, mm2"]);
        foreach (SweepMeasurement p in report.Points)
        {
            TrialStatistics s = p.Statistics;
            double[] figures = [s.Mean, s.Deviation, s.Minimum, s.Percentile5];
            table.AddRow([.. p.Point.Values.Select(v => new Text(v)), .. figures.Select(f => Cell($"{100 * f:F2}")),
                Cell($"{p.Cost?.LatencyNs:#,0}"), Cell($"{p.Cost?.EnergyPj:#,0}"), Cell($"{p.Cost?.AreaUm2 / 1e6:0.###}")]);
        }

        console.Write(table);
        console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"accuracy in % of {report.Points[0].Chips[0].Samples} samples, {report.Options.Trials} chips a point, {seconds:F1} s; "
                + $"integers "
            + $"alone: {100 * report.Exact.Fraction:F2} %"));
        foreach (string explanation in SweepExplanations.Of(report)) console.WriteLine(explanation);
    }

    private static Text Cell(FormattableString text) => new Text(text.ToString(CultureInfo.InvariantCulture)).RightJustified();
}

/// <summary>The content of what a sweep reads.</summary>
/// <param name="Key">A hash of it.</param>
internal sealed record SweepInputs(string Key);
