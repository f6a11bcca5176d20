namespace Cim.Compiler.Search;

/// <summary>What a <see cref="LossSurrogate"/> expects.</summary>
/// <param name="Loss">Percentage points.</param>
/// <param name="Deviation">Standard deviation of the guess.</param>
internal readonly record struct LossGuess(double Loss, double Deviation)
{
    /// <summary>The probability that the loss is at most a budget: normal distribution.</summary>
    public double ProbabilityWithin(double budget) => 0.5 * Erfc((Loss - budget) / (Math.Max(Deviation, 1e-9) * Math.Sqrt(2)));

    /// <summary>Abramowitz and Stegun 7.1.26; the error is below 1.5e-7.</summary>
    private static double Erfc(double x)
    {
        double t = 1 / (1 + (0.3275911 * Math.Abs(x)));
        double tail = t * (0.254829592 + (t * (-0.284496736 + (t * (1.421413741 + (t * (-1.453152027 + (t * 1.061405429)))))))) * Math.Exp(-x * x);
        return x >= 0 ? tail : 2 - tail;
    }
}

/// <summary>
/// Learns from measured policies what the additive estimate of each unit is really worth. A divergence is of second order in
/// the perturbation and a changed class of first, so the model is loss^2 = sum_u w_u x_u with x the estimate of the unit's
/// item; w has a Gaussian prior around one common factor, and the posterior mean and variance are exact (ridge regression).
/// </summary>
internal sealed class LossSurrogate
{
    /// <summary>A unit's factor differs from the common one by this share, one standard deviation.</summary>
    private const double PriorSpread = 0.7;

    /// <summary>A measurement differs from the model by this share of the loss, one standard deviation, and by this share of the budget.</summary>
    private const double NoiseShare = 0.15, NoiseFloor = 0.1;

    private readonly double[] _mean;
    private readonly double[,] _covariance;
    private readonly double _scale;

    private LossSurrogate(double[] mean, double[,] covariance, double scale) => (_mean, _covariance, _scale) = (mean, covariance, scale);

    /// <summary>Fits the factors.</summary>
    /// <param name="trials">For each measured policy the estimates of its units, and its loss.</param>
    /// <param name="units">The number of units.</param>
    /// <param name="budget">The loss that matters; sets the scale of the noise.</param>
    public static LossSurrogate Fit(IReadOnlyList<(double[] Estimates, double Loss)> trials, int units, double budget)
    {
        double floor = NoiseFloor * Math.Max(budget, 0.05);
        double[] z = [.. trials.Select(t => Math.Max(t.Loss, 0) * Math.Max(t.Loss, 0))];
        double[] precision = [.. trials.Select(t => 1 / Variance(Math.Max(t.Loss, 0), floor))];

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
            // More harm estimated is never less harm expected.
            mean[u] = Math.Max(mean[u], 0.05 * common);
        }

        return new LossSurrogate(mean, covariance, floor);
    }

    /// <summary>The expected square of the loss that a unit's item adds.</summary>
    public double Square(int unit, double estimate) => _mean[unit] * estimate;

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

        double loss = Math.Sqrt(Math.Max(mean, 0));
        // d(sqrt z) = dz / (2 sqrt z); the noise of a measurement is added.
        double spread = variance / (4 * Math.Max(mean, _scale * _scale));
        return new LossGuess(loss, Math.Sqrt(Math.Max(spread, 0) + (NoiseShare * loss * NoiseShare * loss) + (_scale * _scale)));
    }

    /// <summary>Of the squared loss: 2 L sigma, and sigma^2 where L vanishes.</summary>
    private static double Variance(double loss, double floor)
    {
        double sigma2 = (NoiseShare * loss * NoiseShare * loss) + (floor * floor);
        return (4 * loss * loss * sigma2) + (2 * sigma2 * sigma2);
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
                for (int c = 0; c < n; c++) (m[r, c], inverse[r, c]) = (m[r, c] - (factor * m[p, c]), inverse[r, c] - (factor * inverse[p, c]));
            }
        }

        return inverse;
    }
}
