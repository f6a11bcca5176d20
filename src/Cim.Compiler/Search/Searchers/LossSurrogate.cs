using Cim.Compiler.Evaluation.Agreement;
using Cim.Compiler.Statistics;

namespace Cim.Compiler.Search.Searchers;

/// <summary>What a <see cref="LossSurrogate"/> expects.</summary>
/// <param name="Loss">Percentage points.</param>
/// <param name="Deviation">Standard deviation of the guess.</param>
internal readonly record struct LossGuess(double Loss, double Deviation)
{
    /// <summary>The probability that the loss is at most a budget: normal distribution.</summary>
    public double ProbabilityWithin(double budget) => NormalDistribution.Above((Loss - budget) / Math.Max(Deviation, 1e-9));
}

/// <summary>
/// Learns from measured policies what the additive estimate of each unit is really worth. Divergence and expected loss are both of
/// second order in the perturbation (see <see cref="ExpectedLoss"/>), so the model is loss = sum_u w_u x_u with x the estimate of the
/// unit's choice; w has a Gaussian prior around one common factor, and the posterior mean and variance are exact (ridge regression).
/// </summary>
internal sealed class LossSurrogate
{
    /// <summary>A unit's factor differs from the common one by this share, one standard deviation.</summary>
    private const double PriorSpread = 0.7;

    /// <summary>A measurement differs from the model by this share of the loss, one standard deviation, and by this share of the
    /// budget.</summary>
    private const double NoiseShare = 0.15, NoiseFloor = 0.1;

    private readonly double[] _mean;
    private readonly double[,] _covariance;
    private readonly double _scale;

    private LossSurrogate(double[] mean, double[,] covariance, double scale) => (_mean, _covariance, _scale) = (mean, covariance, scale);

    /// <summary>Fits the factors.</summary>
    /// <param name="trials">For each measured policy the estimates of its units, and its loss.</param>
    /// <param name="units">The number of units.</param>
    /// <param name="budget">The loss that matters; sets the scale of the noise.</param>
    /// <param name="noise">What the best measurement is uncertain by; that of few samples may be more than the budget.</param>
    public static LossSurrogate Fit(
        IReadOnlyList<(double[] Estimates, double Loss)> trials, int units, double budget, double noise = 0)
    {
        double floor = Math.Max(NoiseFloor * Math.Max(budget, 0.05), noise);
        double[] z = [.. trials.Select(t => Math.Max(t.Loss, 0))];
        double[] precision = [.. z.Select(loss => 1 / ((NoiseShare * loss * NoiseShare * loss) + (floor * floor)))];

        // The common factor: weighted least squares through the origin.
        (double xz, double xx) = (0, 0);
        for (int i = 0; i < trials.Count; i++)
        {
            double x = trials[i].Estimates.Sum();
            (xz, xx) = (xz + (precision[i] * x * z[i]), xx + (precision[i] * x * x));
        }

        double common = xx > 0 && xz > 0 ? xz / xx : 1;
        double prior = 1 / (PriorSpread * common * PriorSpread * common);
        double[,] a = new double[units, units];
        double[] b = new double[units];
        for (int u = 0; u < units; u++) (a[u, u], b[u]) = (prior, prior * common);
        for (int i = 0; i < trials.Count; i++)
            for (int u = 0; u < units; u++)
            {
                double xu = precision[i] * trials[i].Estimates[u];
                if (xu == 0) continue;
                b[u] += xu * z[i];
                for (int v = 0; v < units; v++) a[u, v] += xu * trials[i].Estimates[v];
            }

        double[,] covariance = Inverse(a);
        double[] mean = new double[units];
        for (int u = 0; u < units; u++)
        {
            for (int v = 0; v < units; v++) mean[u] += covariance[u, v] * b[v];
            // A larger estimate is never a smaller expectation.
            mean[u] = Math.Max(mean[u], 0.05 * common);
        }

        return new LossSurrogate(mean, covariance, floor);
    }

    /// <summary>The expected loss that a unit's choice adds.</summary>
    public double Share(int unit, double estimate) => _mean[unit] * estimate;

    /// <summary>The expected loss of a policy.</summary>
    /// <param name="estimates">The additive estimate of each unit.</param>
    public LossGuess Guess(ReadOnlySpan<double> estimates)
    {
        (double mean, double variance) = (0, 0);
        for (int u = 0; u < estimates.Length; u++)
        {
            if (estimates[u] == 0) continue;
            mean += _mean[u] * estimates[u];
            double row = 0;
            for (int v = 0; v < estimates.Length; v++) row += _covariance[u, v] * estimates[v];
            variance += estimates[u] * row;
        }

        double noise = NoiseShare * mean;
        return new LossGuess(mean, Math.Sqrt(Math.Max(variance, 0) + (noise * noise) + (_scale * _scale)));
    }

    /// <summary>Of a symmetric positive definite matrix, by Gauss and Jordan.</summary>
    private static double[,] Inverse(double[,] a)
    {
        int n = a.GetLength(0);
        double[,] m = (double[,])a.Clone(), inverse = new double[n, n];
        for (int i = 0; i < n; i++) inverse[i, i] = 1;
        for (int p = 0; p < n; p++)
        {
            double pivot = 1 / m[p, p];
            for (int c = 0; c < n; c++) (m[p, c], inverse[p, c]) = (m[p, c] * pivot, inverse[p, c] * pivot);
            for (int r = 0; r < n; r++)
            {
                double factor = m[r, p];
                if (r == p || factor == 0) continue;
                for (int c = 0; c < n; c++)
                    (m[r, c], inverse[r, c]) = (m[r, c] - (factor * m[p, c]), inverse[r, c] - (factor * inverse[p, c]));
            }
        }

        return inverse;
    }
}
