using System.Collections.Immutable;

namespace Cim.Compiler.Evaluation.Agreement;

/// <summary>
/// The temperature T at which the class probabilities softmax(z / T) of a network are right: on labelled samples it maximises the
/// likelihood of the labels (Guo et al., arXiv 1706.04599). Networks differ by orders of magnitude in the size of their scores, and
/// their own confidence is not the share of answers that are right.
/// </summary>
internal static class ClassTemperature
{
    /// <summary>Bounds of ln T; scores of trained networks are nowhere near them.</summary>
    private const double Lowest = -4, Highest = 14;

    /// <summary>One standard deviation of ln T before a label is seen: so few labels do not move it far.</summary>
    private const double PriorDeviation = 2;

    /// <summary>A margin of so many units changes no class in a hundred thousand.</summary>
    private const double SaturatedMargin = 8;

    private const int Steps = 48;

    /// <summary>The likeliest temperature.</summary>
    /// <param name="scores">[samples, classes], logarithms of probabilities but for a constant.</param>
    /// <param name="classes">Scores of a sample.</param>
    /// <param name="labels">One a sample.</param>
    public static double Fit(float[] scores, int classes, ImmutableArray<int> labels)
    {
        int samples = Math.Min(labels.Length, scores.Length / classes);
        double golden = (Math.Sqrt(5) - 1) / 2, low = Lowest, high = Highest;
        double left = high - (golden * (high - low)), right = low + (golden * (high - low)), atLeft = Cost(left), atRight = Cost(right);
        for (int step = 0; step < Steps; step++)
        {
            if (atLeft <= atRight)
            {
                (high, right, atRight) = (right, left, atLeft);
                atLeft = Cost(left = high - (golden * (high - low)));
            }
            else
            {
                (low, left, atLeft) = (left, right, atRight);
                atRight = Cost(right = low + (golden * (high - low)));
            }
        }

        return Math.Exp((low + high) / 2);

        double Cost(double logarithm)
        {
            double inverse = Math.Exp(-logarithm), cost = logarithm * logarithm / (2 * PriorDeviation * PriorDeviation);
            for (int i = 0; i < samples; i++)
            {
                ReadOnlySpan<float> z = scores.AsSpan(i * classes, classes);
                float top = z[Accuracy.ArgMax(z)];
                double sum = 0;
                foreach (float s in z) sum += Math.Exp((s - top) * inverse);
                cost += Math.Log(sum) - ((z[labels[i]] - top) * inverse);
            }

            return cost;
        }
    }

    /// <summary>
    /// The temperature at which errors of outputs still show in probabilities: that of a network whose every answer is certain would not
    /// change with any error. At least <paramref name="fitted"/>.
    /// </summary>
    /// <param name="margins">Of the float network, the best score minus the next of each sample.</param>
    /// <param name="fitted">The temperature at which probabilities are right.</param>
    public static double Sensitive(double[] margins, double fitted) =>
        Math.Max(fitted, margins.Length == 0 ? 0 : margins.Order().ElementAt(margins.Length / 2) / SaturatedMargin);
}
