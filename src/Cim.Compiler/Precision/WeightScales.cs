namespace Cim.Compiler.Precision;

/// <summary>
/// Symmetric quantization of one output's weights: q = clip(roundHalfEven(w / s), -+(2^(bits-1)-1)), the scale s chosen by
/// search for the least squared error. The same rule is used by quantization-aware training.
/// </summary>
internal static class WeightScales
{
    /// <summary>The smallest scale: below it 32-bit floats lose digits.</summary>
    public const float Smallest = 1.17549435e-38f;

    /// <summary>The scale of an output whose weights are all zero (or too small for a scale), of a sensible size for its bias.</summary>
    public const float OfNothing = 1e-6f;

    private const int Candidates = 100, Part = 64;

    /// <summary>The largest integer magnitude of a width.</summary>
    public static int Levels(int bits) => (1 << (bits - 1)) - 1;

    /// <summary>The scale with the least squared error, each weight's error counted with its importance.</summary>
    /// <param name="weights">One output's weights.</param>
    /// <param name="importance">Mean square of the input each weight meets; empty = all equal.</param>
    /// <param name="bits">Width.</param>
    public static float Search(ReadOnlySpan<float> weights, ReadOnlySpan<double> importance, int bits)
    {
        int levels = Levels(bits);
        float largest = 0;
        foreach (float w in weights) largest = Math.Max(largest, Math.Abs(w));
        if (largest / levels < Smallest) return OfNothing;
        double best = largest / levels, bestError = double.PositiveInfinity;
        // From no clipping downwards, so that of equal errors the widest range wins. Below 30 % nothing is ever gained.
        for (int k = Candidates; k >= Candidates * 3 / 10; k--)
        {
            double scale = (double)largest * k / (Candidates * levels), error = 0;
            // A scale that some of the weights have shown to be worse need not be tried on the others.
            for (int first = 0; first < weights.Length && error < bestError; first += Part)
            {
                int end = Math.Min(first + Part, weights.Length);
                for (int i = first; i < end; i++)
                {
                    double difference = weights[i] - (Round(weights[i] / scale, levels) * scale);
                    error += difference * difference * (importance.IsEmpty ? 1 : importance[i]);
                }
            }

            if (error < bestError) (best, bestError) = (scale, error);
        }

        return Math.Max((float)best, Smallest);
    }

    /// <summary>The scale of binary weights, +s or -s, with the least squared error: the mean magnitude (XNOR-Net, arXiv 1603.05279), each
    /// weight counted with its importance.</summary>
    public static float Binary(ReadOnlySpan<float> weights, ReadOnlySpan<double> importance)
    {
        (double sum, double count) = (0, 0);
        for (int i = 0; i < weights.Length; i++)
        {
            double counts = importance.IsEmpty ? 1 : importance[i];
            (sum, count) = (sum + (counts * Math.Abs(weights[i])), count + counts);
        }

        return count > 0 && sum / count >= Smallest ? (float)(sum / count) : OfNothing;
    }

    /// <summary>Rounds half to even and saturates.</summary>
    public static int Round(double value, int levels) => (int)Math.Clamp(Math.Round(value), -levels, levels);
}
