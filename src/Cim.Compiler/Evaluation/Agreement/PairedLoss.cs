namespace Cim.Compiler.Evaluation.Agreement;

/// <summary>
/// How many right answers a network loses against the float network, and how certain that is. With labels the two are compared on the
/// samples where they differ, as McNemar's test does: lost - gained has the variance lost + gained. A few hundred labels do not show
/// half a point by that alone, so the expected loss by class probabilities that the same labels made right (<see cref="ExpectedLoss"/>,
/// <see cref="ClassTemperature"/>) is what is thought before the samples are counted; both are normal, and the mean of the product is
/// the estimate. Where more is lost than expected, by more than chance, the expectation is the less certain, and the count decides. Not
/// where less is lost: a search looks at many policies and selects those of the best counts.
/// </summary>
/// <param name="Lost">The estimate.</param>
/// <param name="AtMost">What is lost at most in 95 of 100 cases, if the policy is the best of many: what has to be within a
/// budget.</param>
/// <param name="AtLeast">What is lost in 99 of 100 cases.</param>
internal readonly record struct PairedLoss(double Lost, double AtMost, double AtLeast)
{
    /// <summary>Standard deviations that leave 1 in 200 on a side.</summary>
    public const double Certain = 2.58;

    /// <summary>
    /// Standard deviations that leave 1 in 20 on one side for the best of eight: so many of the budgets may be missed, and a search selects
    /// the luckiest of dozens of policies, which share most of their errors. (0.95^(1/8) of a normal distribution is below 2.49.)
    /// </summary>
    private const double Sufficient = 2.49;

    /// <summary>One standard deviation of an expected loss, as a share of it: probabilities are not quite right for the samples of one
    /// policy, and a search finds the policy they are most wrong about.</summary>
    private const double ShareUnsure = 0.5;

    /// <summary>The least variance of the same in samples: where no sample is near a boundary, the next one may be.</summary>
    private const double LeastVariance = 0.25;

    /// <summary>The estimate by probabilities alone.</summary>
    /// <param name="expected">The expected loss.</param>
    /// <param name="spread">Its standard deviation, from one draw of samples to another.</param>
    public static PairedLoss WithoutLabels(double expected, double spread) =>
        new(expected, expected + (Sufficient * Unsure(expected, spread)), (1 + ShareUnsure) * (expected - (Certain * spread)));

    /// <summary>The estimate with labels.</summary>
    /// <param name="expected">The expected loss by probabilities.</param>
    /// <param name="spread">Its standard deviation.</param>
    /// <param name="lost">Samples that only the float network classifies right.</param>
    /// <param name="gained">Samples that only the other one does.</param>
    public static PairedLoss Of(double expected, double spread, int lost, int gained)
    {
        double net = lost - gained, variance = lost + gained + 1, difference = (net - expected) * (net - expected);
        double unsure = Unsure(expected, spread);
        unsure = Math.Max((unsure * unsure) + LeastVariance, net > expected ? difference - variance : 0);
        (double mean, double deviation) = Combine(expected, unsure, net, variance);
        return new PairedLoss(mean, mean + (Sufficient * deviation), mean - (Certain * deviation));
    }

    /// <summary>One standard deviation of an expected loss: probabilities may be wrong, and other samples are nearer to a boundary or
    /// further from it.</summary>
    private static double Unsure(double expected, double spread) => Math.Sqrt(Math.Pow(ShareUnsure * expected, 2) + (spread * spread));

    /// <summary>Mean and deviation of the product of two normal distributions.</summary>
    private static (double Mean, double Deviation) Combine(double a, double varianceOfA, double b, double varianceOfB)
    {
        double precision = (1 / varianceOfA) + (1 / varianceOfB);
        return (((a / varianceOfA) + (b / varianceOfB)) / precision, Math.Sqrt(1 / precision));
    }
}
