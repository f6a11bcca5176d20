using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Cim.Compiler.Sweep;

/// <summary>A sweep as CSV, and one point as a sentence.</summary>
internal static class SweepText
{
    /// <summary>One line per point; accuracies are fractions with all their digits, an unknown cost is empty.</summary>
    public static string ToCsv(SweepPlan plan, ImmutableArray<SweepMeasurement> points)
    {
        var text = new StringBuilder();
        text.AppendJoin(',', plan.Axes.Select(a => a.Field))
            .Append(",trials,samples,mean,deviation,minimum,percentile5,maximum,latencyNs,energyPj,areaUm2,arrays\n");
        foreach (SweepMeasurement p in points)
        {
            Evaluation.TrialStatistics s = p.Statistics;
            text.AppendJoin(',', p.Point.Values.Select(Quote));
            text.Append(CultureInfo.InvariantCulture,
                $",{p.Chips.Length},{p.Chips[0].Samples},{s.Mean},{s.Deviation},{s.Minimum},{s.Percentile5},{s.Maximum}");
            text.Append(CultureInfo.InvariantCulture,
                $",{p.Cost?.LatencyNs},{p.Cost?.EnergyPj},{p.Cost?.AreaUm2},{p.Cost?.Arrays}\n");
        }

        return text.ToString();
    }

    /// <summary>For example "84.27 % ± 0.51, worst chip 83.10 %, 5th percentile 83.31 %, 10 chips".</summary>
    public static string Describe(SweepMeasurement point)
    {
        Evaluation.TrialStatistics s = point.Statistics;
        return point.Chips.Length == 1
            ? string.Create(CultureInfo.InvariantCulture, $"{100 * s.Mean:F2} %")
            : string.Create(CultureInfo.InvariantCulture,
                $"{100 * s.Mean:F2} % ± {100 * s.Deviation:F2}, worst chip {100 * s.Minimum:F2} %, 5th percentile "
                + $"{100 * s.Percentile5:F2} %, {point.Chips.Length} chips");
    }

    private static string Quote(string value) => value.Contains(',', StringComparison.Ordinal) ? $"\"{value}\"" : value;
}
