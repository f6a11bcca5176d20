namespace Cim.Compiler.Statistics;

/// <summary>The standard normal distribution.</summary>
internal static class NormalDistribution
{
    private static readonly double _inverseRootTwoPi = 1 / Math.Sqrt(2 * Math.PI);

    /// <summary>Density.</summary>
    public static double Density(double z) => _inverseRootTwoPi * Math.Exp(-0.5 * z * z);

    /// <summary>P(Z &gt; z), with a relative error below 1.2e-7 even far out (Chebyshev fit of erfc, Press et al., Numerical Recipes,
    /// 6.2).</summary>
    public static double Above(double z)
    {
        double x = Math.Abs(z) / Math.Sqrt(2), t = 1 / (1 + (0.5 * x));
        double erfc = t * Math.Exp(-(x * x) - 1.26551223 + (t * (1.00002368 + (t * (0.37409196 + (t * (0.09678418 + (t * (-0.18628806
            + (t * (0.27886807 + (t * (-1.13520398 + (t * (1.48851587 + (t * (-0.82215223 + (t * 0.17087277))))))))))))))))));
        return z >= 0 ? erfc / 2 : 1 - (erfc / 2);
    }

    /// <summary>The z that a standard normal stays within, in magnitude, with a probability.</summary>
    /// <param name="probability">0 to below 1.</param>
    public static double TwoSided(double probability)
    {
        double low = 0, high = 40;
        for (int i = 0; i < 80; i++)
        {
            double middle = (low + high) / 2;
            if (1 - (2 * Above(middle)) < probability) low = middle;
            else high = middle;
        }

        return high;
    }
}
