namespace Cim.Compiler.Evaluation;

/// <summary>What the accuracies of several chips come to, all as fractions.</summary>
/// <param name="Mean">Mean.</param>
/// <param name="Deviation">Sample standard deviation; 0 for one chip.</param>
/// <param name="Minimum">The worst chip.</param>
/// <param name="Percentile5">5th percentile, linear between the two nearest chips.</param>
/// <param name="Maximum">The best chip.</param>
internal readonly record struct TrialStatistics(double Mean, double Deviation, double Minimum, double Percentile5, double Maximum)
{
    /// <summary>The statistics of at least one value.</summary>
    public static TrialStatistics Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        // Chips that are all alike have no deviation, not the rounding of a mean.
        double mean = sorted[0] == sorted[^1] ? sorted[0] : sorted.Average();
        double deviation = sorted.Length < 2 ? 0 : Math.Sqrt(sorted.Sum(v => (v - mean) * (v - mean)) / (sorted.Length - 1));
        double at = 0.05 * (sorted.Length - 1);
        int below = (int)at;
        double percentile = sorted[below] + ((at - below) * (sorted[Math.Min(below + 1, sorted.Length - 1)] - sorted[below]));
        return new TrialStatistics(mean, deviation, sorted[0], percentile, sorted[^1]);
    }
}
