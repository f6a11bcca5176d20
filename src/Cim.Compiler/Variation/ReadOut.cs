using Cim.Compiler.Statistics;
using Cim.Runtime.Crossbar.Adc;

namespace Cim.Compiler.Variation;

/// <summary>
/// How far a conversion of sum + N(mean, sigma^2) is from the sum, in closed form. The converter is a staircase: with u = sum /
/// step (from the converter's low end where zero is no code) its code is MinCode plus the number of thresholds m + 1/2 below u + noise, so
/// every moment is a sum over thresholds.
/// </summary>
/// <remarks>
/// Correlation between two conversions of the same cells: the Hermite coefficients of the staircase are
/// c_k = E[code He_k(z)] = sum over thresholds a of phi(a) He_(k-1)(a), and for normals with correlation rho
/// Cov = sum_k c_k c'_k rho^k / k! (Mehler). Noise above 0.6 steps dithers the staircase away (relative error below
/// exp(-2 pi^2 0.6^2) = 8e-4): then the moments are those of the noise plus step^2 / 12 where the sum is not clipped. Ends of a
/// range between two whole sums count as the nearest whole sum inside it.
/// </remarks>
internal readonly ref struct ReadOut
{
    /// <summary>Probabilities that differ by less are the same but for rounding.</summary>
    private const double EquallyLikely = 1e-9;

    /// <summary>Terms of the Hermite series.</summary>
    public const int Terms = 12;

    private const double Reach = 7, Dithered = 0.6;

    private readonly bool _linear;
    private readonly double _sigma;
    private readonly Span<double> _coefficients;

    /// <param name="converter">The converter.</param>
    /// <param name="sum">The exact sum in its units.</param>
    /// <param name="mean">Mean of the noise in the same units.</param>
    /// <param name="sigma">Standard deviation of the noise.</param>
    /// <param name="coefficients">Room for <see cref="Terms"/> numbers, owned by this value from now on.</param>
    public ReadOut(AdcConverter converter, double sum, double mean, double sigma, Span<double> coefficients)
    {
        _sigma = sigma;
        _coefficients = coefficients;
        _linear = converter.IsIdeal;
        if (_linear)
        {
            (Mean, Variance) = (mean, sigma * sigma);
            (Likely, LikelyError) = (sigma == 0 ? 1 : 0, mean);
            return;
        }

        double step = converter.Step, low = converter.Low, u = (sum + mean - low) / step, s = sigma / step;
        (double minCode, double maxCode) = (converter.MinCode, converter.MaxCode);
        bool clips = u - (Reach * s) < minCode - 0.5 || u + (Reach * s) > maxCode + 0.5;
        if (s >= Dithered && !clips)
        {
            (_linear, Mean, Variance) = (true, mean, (sigma * sigma) + (step * step / 12));
            return;
        }

        if (s < 1e-9)
        {
            (_linear, Mean, Variance, _sigma) = (true, (Math.Clamp(Math.Round(u), minCode, maxCode) * step) + low - sum, 0, 0);
            (Likely, LikelyError) = (1, Mean);
            return;
        }

        coefficients.Clear();
        long first = (long)Math.Max(Math.Ceiling(minCode), Math.Floor(u - (Reach * s) - 0.5));
        long last = (long)Math.Min(Math.Floor(maxCode) - 1, Math.Ceiling(u + (Reach * s) - 0.5));
        // Code relative to the first threshold; E[n] = sum P, E[n^2] = sum (2 j + 1) P over thresholds j = 0, 1, ...
        double count = 0, square = 0, above = 1;
        for (long m = first; m <= last; m++)
        {
            double a = (m + 0.5 - u) / s, p = NormalDistribution.Above(a), density = NormalDistribution.Density(a);
            count += p;
            square += ((2 * (m - first)) + 1) * p;
            if (IsMoreLikely(above - p)) (Likely, LikelyError) = (above - p, (m * step) + low - sum);
            above = p;
            (double previous, double hermite) = (0, 1);
            for (int k = 0; k < Terms; k++)
            {
                coefficients[k] += density * hermite;
                (previous, hermite) = (hermite, (a * hermite) - (k * previous));
            }
        }

        if (IsMoreLikely(above)) (Likely, LikelyError) = (above, ((Math.Max(first - 1, last) + 1) * step) + low - sum);
        double code = Math.Min(first, Math.Floor(maxCode)) + count;
        Mean = (code * step) + low - sum;
        Variance = Math.Max(0, square - (count * count)) * step * step;
        for (int k = 0; k < Terms; k++) coefficients[k] *= step;
    }

    /// <summary>E[read - sum].</summary>
    public double Mean { get; }

    /// <summary>Var[read].</summary>
    public double Variance { get; }

    /// <summary>The probability of the most likely code; 0 where noise hides the codes.</summary>
    public double Likely { get; }

    /// <summary>Read - sum at that code.</summary>
    public double LikelyError { get; }

    // A sum in the middle of two codes makes both equally likely: the upper one counts, whatever the last bits of their probabilities.
    private bool IsMoreLikely(double probability) => probability > Likely - EquallyLikely;

    /// <summary>Covariance of two conversions whose noises have a correlation.</summary>
    public static double Covariance(in ReadOut left, in ReadOut right, double correlation)
    {
        if (left._sigma == 0 || right._sigma == 0) return 0;
        double covariance = 0, power = 1;
        for (int k = 0; k < Terms; k++)
        {
            power *= correlation / (k + 1);
            covariance += left.Coefficient(k) * right.Coefficient(k) * power;
            if (left._linear || right._linear) break;
        }

        return covariance;
    }

    private double Coefficient(int k) => _linear ? (k == 0 ? _sigma : 0) : _coefficients[k];
}
