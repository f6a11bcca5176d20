namespace Cim.Compiler.Search;

/// <summary>The standard normal distribution.</summary>
internal static class NormalDistribution
{
    /// <summary>The probability of a value of at most x.</summary>
    public static double Cumulative(double x) => 0.5 * Erfc(-x / Math.Sqrt(2));

    /// <summary>Abramowitz and Stegun 7.1.26; the error is below 1.5e-7.</summary>
    private static double Erfc(double x)
    {
        double t = 1 / (1 + (0.3275911 * Math.Abs(x)));
        double tail = t * (0.254829592 + (t * (-0.284496736 + (t * (1.421413741 + (t * (-1.453152027 + (t * 1.061405429)))))))) * Math.Exp(-x * x);
        return x >= 0 ? tail : 2 - tail;
    }
}
