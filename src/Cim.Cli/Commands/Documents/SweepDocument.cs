using System.Globalization;
using System.Text.Json.Serialization;
using Cim.Cli.Invocation;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Sweep;

namespace Cim.Cli.Commands.Documents;

/// <summary>What <c>cim sweep --json</c> prints, and writes as a file.</summary>
/// <param name="report">The results.</param>
/// <param name="seconds">How long they took; null in a file.</param>
internal sealed class SweepDocument(SweepReport report, double? seconds) : JsonResult
{
    public string Model => report.Subject.Model;
    public string Hardware => report.Subject.Hardware;
    public string Fidelity => report.Subject.Fidelity;
    public IReadOnlyDictionary<string, string> Set => report.Subject.Settings.ToDictionary(s => s.Field, s => s.Value);
    public IEnumerable<AxisDocument> Parameters =>
        report.Plan.Axes.Select(axis => new AxisDocument(axis.Field, axis.Values.Select(NumberOrName)));
    public int Samples => report.Points[0].Chips[0].Samples;
    public int Trials => report.Options.Trials;
    public ulong Seed => report.Options.Seed;
    public IEnumerable<SweepPointDocument> Points => report.Points.Select(point => new SweepPointDocument(report, point));
    public double AccuracyExact => report.Exact.Fraction;
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? AccuracyFloat => report.Subject.AccuracyFloat;
    public IEnumerable<string> Explanations => SweepExplanations.Of(report);
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Seconds => seconds;

    /// <summary>A value of an axis: numbers as numbers, names as texts.</summary>
    public static object NumberOrName(string value) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number)
            ? number
            : value;
}

/// <summary>A field of the profile and the values it has.</summary>
internal sealed record AxisDocument(string Name, IEnumerable<object> Values);

/// <summary>The accuracy at a point, over its chips.</summary>
internal sealed class SweepPointDocument(SweepReport report, SweepMeasurement point)
{
    private readonly TrialStatistics _statistics = point.Statistics;

    public IReadOnlyDictionary<string, object> Values => report.Plan.Axes.Zip(point.Point.Values)
        .ToDictionary(value => value.First.Field, value => SweepDocument.NumberOrName(value.Second));
    public double Accuracy => _statistics.Mean;
    public double AccuracyDeviation => _statistics.Deviation;
    public double AccuracyMinimum => _statistics.Minimum;
    public double AccuracyPercentile5 => _statistics.Percentile5;
    public IEnumerable<ChipDocument> Trials => point.Chips.Select((chip, t) =>
        new ChipDocument(unchecked(report.Options.Seed + (ulong)t), chip.Correct, chip.Fraction));
    public TotalCostDocument? Cost => point.Cost is { } cost ? new TotalCostDocument(cost) : null;
}
