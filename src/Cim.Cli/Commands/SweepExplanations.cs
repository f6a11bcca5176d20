using System.Collections.Immutable;
using System.Globalization;
using Cim.Cli.Commands.Documents;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Sweep;
using Cim.Runtime.Hardware;

namespace Cim.Cli.Commands;

/// <summary>Explains results of a sweep that look wrong and are not, where they are more than chance: accuracy that is better with a
/// larger error, with more rows on a conversion, or with fewer bits of a conversion.</summary>
internal static class SweepExplanations
{
    // Standard errors of a difference.
    private const double Significant = 3;

    /// <summary>Fields of which less should be better.</summary>
    private static readonly ImmutableArray<string> _errors =
        ["programmingError.sigma", "readNoise.sigma", "adcOffsetSigma", "variation.dieToDie", "variation.spatial"];

    /// <summary>A sentence for each axis along which accuracy rises against expectation.</summary>
    public static ImmutableArray<string> Of(SweepReport report)
    {
        var found = ImmutableArray.CreateBuilder<string>();
        for (int axis = 0; axis < report.Plan.Axes.Length; axis++)
        {
            string field = report.Plan.Axes[axis].Field;
            bool isError = _errors.Contains(field);
            // More bits should be better, more of everything else worse.
            int direction = isError || field == "rows" ? 1 : field == "adcBits" ? -1 : 0;
            if (direction != 0 && Rise(report.Points, axis, direction) is { } rise) found.Add(Explain(field, axis, rise, isError));
        }

        return found.ToImmutable();
    }

    /// <summary>The largest significant rise between points that differ in one field alone, through converters.</summary>
    private static (SweepMeasurement Worse, SweepMeasurement Better)? Rise(
        ImmutableArray<SweepMeasurement> points, int axis, int direction) => (
        from worse in points
        from better in points
        where worse.Point.Hardware.AdcBits > 0 && better.Point.Hardware.AdcBits > 0
            && worse.Point.Values.RemoveAt(axis).SequenceEqual(better.Point.Values.RemoveAt(axis))
            && direction * Number(worse, axis) < direction * Number(better, axis)
            && better.Statistics.Mean - worse.Statistics.Mean > Significant * Math.Sqrt(Variance(worse) + Variance(better))
        orderby worse.Statistics.Mean - better.Statistics.Mean
        select ((SweepMeasurement, SweepMeasurement)?)(worse, better)).FirstOrDefault();

    private static double? Number(SweepMeasurement point, int axis) =>
        SweepDocument.NumberOrName(point.Point.Values[axis]) is double number ? number : null;

    /// <summary>Of the mean: of samples and of chips.</summary>
    private static double Variance(SweepMeasurement point)
    {
        TrialStatistics s = point.Statistics;
        return ((s.Mean * (1 - s.Mean)) / point.Chips[0].Samples) + (s.Deviation * s.Deviation / point.Chips.Length);
    }

    private static string Explain(string field, int axis, (SweepMeasurement Worse, SweepMeasurement Better) rise, bool isError)
    {
        HardwareProfile hardware = rise.Worse.Point.Hardware;
        List<string> cures = field == "adcBits" ? ["adcBits beyond these"] : ["more adcBits"];
        if (hardware.Encoding == WeightEncoding.Offset) cures.Insert(0, "encoding=differential");
        if (hardware.AdcRange.Policy != AdcRangePolicy.Granular) cures.Add("adcRange=granular");
        string why = isError
            ? "errors move them over the steps by chance, and their mean survives: they act as dither"
            : "which one, and so how much is lost, depends on where the usual sum lies between two codes";
        return string.Create(CultureInfo.InvariantCulture,
            $"Accuracy is {100 * rise.Worse.Statistics.Mean:F1} % at {field}={rise.Worse.Point.Values[axis]}, but "
            + $"{100 * rise.Better.Statistics.Mean:F1} % at {field}={rise.Better.Point.Values[axis]}: the {hardware.AdcBits}-bit "
            + $"conversions lose the signal. Sums that differ by less than a step of the converter round to one code; {why}. The cure is "
            + $"{string.Join(", ", cures)}; 'cim advise' compares them.");
    }
}
