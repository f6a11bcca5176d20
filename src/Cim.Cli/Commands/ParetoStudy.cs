using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Cim.Cli.Commands.Documents;
using Cim.Cli.Invocation;
using Cim.Cli.Studies;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Reporting.Plots;
using Cim.Compiler.Search;
using Cim.Compiler.Search.Exact;
using Cim.Compiler.Search.Space;
using Cim.Compiler.Search.Verification;
using Cim.Runtime;
using Cim.Runtime.Diagnostics;
using Cim.Runtime.Hardware;
using Spectre.Console;

namespace Cim.Cli.Commands;

/// <summary>What a front is of.</summary>
/// <param name="Model">The network.</param>
/// <param name="Objective">The cost.</param>
/// <param name="Inputs">A text of the content of what is read.</param>
internal sealed record ParetoSubject(string Model, string Objective, string Inputs);

/// <summary>Where a front is written.</summary>
/// <param name="Csv">A file; null for none.</param>
/// <param name="Svg">A file; null for none.</param>
internal sealed record ParetoFiles(string? Csv, string? Svg);

/// <summary>The loss of a point of a front.</summary>
/// <param name="LossPoints">Percentage points.</param>
internal sealed record ParetoPart(double LossPoints);

/// <summary>A front as parts: its points.</summary>
/// <param name="search">Measures policies; disposed at the end.</param>
/// <param name="points">The points.</param>
/// <param name="subject">What it is of.</param>
/// <param name="files">Where results go.</param>
/// <param name="context">Where it prints.</param>
internal sealed class ParetoStudy(
    PolicySearch search, ImmutableArray<FrontPoint> points, ParetoSubject subject, ParetoFiles files, CommandContext context)
    : Study<ParetoPart>(CliJson.Relaxed.ParetoPart)
{
    /// <inheritdoc/>
    public override string Key { get; } = ResultKey.Hash($"pareto {subject.Inputs} {subject.Objective} "
        + string.Join(' ', points.Select(p => string.Join('.', p.Policy))));

    /// <inheritdoc/>
    public override int Parts => points.Length;

    /// <inheritdoc/>
    public override string Describe(int part) => string.Create(CultureInfo.InvariantCulture, $"point {part + 1}");

    /// <inheritdoc/>
    public override void Dispose() => search.Dispose();

    /// <inheritdoc/>
    protected override IEnumerable<ParetoPart> Measure(int first, int count, CancellationToken cancellation)
    {
        for (int i = first; i < first + count; i++)
        {
            context.Report($"Measuring point {i + 1} of {points.Length}");
            yield return new ParetoPart(AdcVerification.Points(search, points[i].Policy.AsSpan(), cancellation));
        }
    }

    /// <inheritdoc/>
    protected override void Finish(IReadOnlyList<ParetoPart> parts, double seconds)
    {
        ImmutableArray<MeasuredPoint> measured = Measured(parts);
        MeasuredPoint eight = ParetoMeasurement.Of(search, [.. PolicyMoves.Widest(search.Space)], 0, 0);
        WarnOfConverters();
        if (files.Csv is { } csv) Save(csv, ToCsv(measured));
        if (files.Svg is { } svg)
            Save(svg, ParetoSvg.Draw($"{subject.Model} on {search.Hardware.Name}", subject.Objective, measured, eight.Value));
        context.WriteResult(new ParetoDocument(search, measured, subject.Objective), CliJson.Relaxed.ParetoDocument,
            text => Print(text, measured, eight));
    }

    /// <inheritdoc/>
    protected override StudyTable Designs(IReadOnlyList<ParetoPart> parts) => new(["point"],
    [
        .. Measured(parts).Select((p, i) => new StudyDesign(
            [(i + 1).ToString(CultureInfo.InvariantCulture)], null, p.Loss, DesignCost.Of(p.Cost))),
    ]);

    private ImmutableArray<MeasuredPoint> Measured(IReadOnlyList<ParetoPart> parts) =>
        ParetoMeasurement.Of(search, points, [.. parts.Select(p => p.LossPoints)]);

    private void WarnOfConverters()
    {
        HardwareProfile hardware = search.Hardware;
        if (hardware.AdcBits == 0) return;
        double lost = AdcVerification.ConverterPoints(search, context.Cancellation);
        if (lost > ConverterLoss.WorthAWarning)
        {
            context.Warn(ErrorCodes.ConvertersLoseAccuracy, string.Create(CultureInfo.InvariantCulture,
                $"The {hardware.AdcBits}-bit converters of '{hardware.Name}' lose an estimated {lost:F2} percentage points at 8-bit "
                    + $"weights and activations already; the losses of the points count that. {ConverterLoss.Cures(hardware)}"));
        }
    }

    private static string ToCsv(ImmutableArray<MeasuredPoint> points)
    {
        bool isScheduled = points.Any(p => p.Schedule is not null);
        var text = new StringBuilder("latencyNs,energyPj,arrays,estimate,validationLoss,onFront")
            .Append(isScheduled ? ",scheduledLatencyNs,scheduledIntervalNs,scheduledEnergyPj\n" : "\n");
        foreach (MeasuredPoint p in points)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"{p.Cost.LatencyNs},{p.Cost.EnergyPj},{p.Cost.Arrays},{p.Estimate},{p.Loss},{(p.IsOnFront ? 1 : 0)}");
            if (p.Schedule is { } s) text.Append(CultureInfo.InvariantCulture, $",{s.LatencyNs},{s.IntervalNs},{s.EnergyPj}");
            text.Append('\n');
        }

        return text.ToString();
    }

    private void Print(IAnsiConsole console, ImmutableArray<MeasuredPoint> points, MeasuredPoint eight)
    {
        bool isScheduled = eight.Schedule is not null;
        var table = new Table().AddColumns(
            ["Latency", .. isScheduled ? (string[])["Throughput"] : [], "Energy", "Arrays", $"{subject.Objective} of 8 bits",
            "Estimated loss", "On the front"]);
        foreach (MeasuredPoint p in points)
            table.AddRow(
            [
                Cell($"{p.Schedule?.LatencyNs ?? p.Cost.LatencyNs:#,0} ns"),
                .. p.Schedule is { } s ? (Text[])[Cell($"{1e9 / s.IntervalNs:#,0}/s")] : [],
                Cell($"{p.Schedule?.EnergyPj ?? p.Cost.EnergyPj:#,0} pJ"), Cell($"{p.Cost.Arrays:#,0}"),
                Cell($"{100 * p.Value / eight.Value:F1} %"), Cell($"{p.Loss:F2} points"), new Text(p.IsOnFront ? "yes" : ""),
            ]);
        console.Write(table);
    }

    private static Text Cell(FormattableString text) => new Text(text.ToString(CultureInfo.InvariantCulture)).RightJustified();

    private static void Save(string path, string text) => AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));
}
