using System.Globalization;
using MathNet.Numerics.Statistics;

namespace Cim.Bench.Common.Results;

/// <summary>Mean and standard deviation of repeated measurements.</summary>
internal static class MeanDeviation
{
    /// <summary><c>0.26 ± 0.12</c>; without a deviation for a single value.</summary>
    /// <param name="values">The measurements.</param>
    /// <param name="absent">Stands for values that are not numbers.</param>
    public static string Text(IEnumerable<double> values, string absent = "–")
    {
        double[] all = [.. values];
        double mean = all.Mean();
        if (double.IsNaN(mean)) return absent;
        return all.Length > 1
            ? string.Create(CultureInfo.InvariantCulture, $"{mean:F2} ± {all.StandardDeviation():F2}")
            : mean.ToString("F2", CultureInfo.InvariantCulture);
    }
}
