namespace Cim.Compiler.Calibration;

/// <summary>Chooses the threshold T of a tensor: values of magnitude up to T are represented, larger ones saturate.</summary>
internal static class RangeSelection
{
    private const int Candidates = 128;

    /// <param name="histogram">The tensor's values.</param>
    /// <param name="levels">The largest integer magnitude: 2^bits - 1 unsigned, 2^(bits-1) - 1 signed.</param>
    /// <param name="method">The rule.</param>
    /// <param name="percentile">For <see cref="RangeMethod.Percentile"/>: the share kept, in percent.</param>
    /// <returns>The threshold, 0 if all values are zero.</returns>
    /// <remarks><see cref="RangeMethod.Automatic"/> is not decided by the tensor alone; least squared error stands for it here.</remarks>
    public static double Threshold(ActivationHistogram histogram, int levels, RangeMethod method, double percentile = 99.99)
    {
        double magnitude = histogram.Magnitude;
        if (magnitude == 0) return 0;
        return method switch
        {
            RangeMethod.MinMax => magnitude,
            RangeMethod.Percentile => AtPercentile(histogram, percentile),
            RangeMethod.MeanSquaredError or RangeMethod.Automatic => LeastSquaredError(histogram, levels),
            RangeMethod.Entropy => LeastDivergence(histogram, levels),
            _ => throw new ArgumentOutOfRangeException(nameof(method), method, null),
        };
    }

    private static double AtPercentile(ActivationHistogram histogram, double percentile)
    {
        double target = histogram.Count * percentile / 100;
        double seen = histogram.Zeros;
        ReadOnlySpan<long> bins = histogram.Bins;
        for (int i = 0; i < bins.Length; i++)
        {
            seen += bins[i];
            if (seen >= target && bins[i] > 0) return Math.Min((i + 1) * histogram.BinWidth, histogram.Magnitude);
        }

        return histogram.Magnitude;
    }

    private static double LeastSquaredError(ActivationHistogram histogram, int levels)
    {
        double best = histogram.Magnitude, bestError = double.PositiveInfinity;
        for (int k = Candidates; k >= 1; k--)
        {
            double threshold = histogram.Magnitude * k / Candidates;
            double error = SquaredError(histogram, threshold / levels, levels);
            if (error < bestError) (best, bestError) = (threshold, error);
        }

        return best;
    }

    /// <summary>The summed squared error of a scale over a histogram, each value taken at its bin's middle.</summary>
    internal static double SquaredError(ActivationHistogram histogram, double scale, int levels)
    {
        ReadOnlySpan<long> bins = histogram.Bins;
        double width = histogram.BinWidth, error = 0;
        for (int i = 0; i < bins.Length; i++)
        {
            if (bins[i] == 0) continue;
            double value = (i + 0.5) * width;
            double difference = value - (Math.Min(Math.Round(value / scale), levels) * scale);
            error += bins[i] * difference * difference;
        }

        return error;
    }

    /// <summary>
    /// The rule of TensorRT's calibrator: among thresholds at histogram bins, the reference distribution (everything beyond
    /// folded into its last bin) is compared with itself quantized to the available levels.
    /// </summary>
    private static double LeastDivergence(ActivationHistogram histogram, int levels)
    {
        const int coarse = 2048;
        double[] bins = new double[coarse];
        int merge = ActivationHistogram.BinCount / coarse;
        for (int i = 0; i < ActivationHistogram.BinCount; i++) bins[i / merge] += histogram.Bins[i];
        double width = histogram.BinWidth * merge;
        int used = Math.Min(coarse, (int)Math.Ceiling(histogram.Magnitude / width));
        int first = Math.Min(Math.Max(levels + 1, 16), used);
        double best = histogram.Magnitude, bestDivergence = double.PositiveInfinity;
        double beyond = 0;
        for (int i = first; i < used; i++) beyond += bins[i];
        for (int n = first; n <= used; n++)
        {
            double divergence = Divergence(bins.AsSpan(0, n), beyond, levels + 1);
            if (divergence < bestDivergence) (best, bestDivergence) = (Math.Min(n * width, histogram.Magnitude), divergence);
            if (n < used) beyond -= bins[n];
        }

        return best;
    }

    private static double Divergence(ReadOnlySpan<double> bins, double beyond, int levels)
    {
        double total = beyond, kept = 0;
        foreach (double b in bins) kept += b;
        total += kept;
        if (kept == 0) return double.PositiveInfinity;
        double divergence = 0;
        for (int level = 0; level < levels; level++)
        {
            int from = (int)((long)level * bins.Length / levels), to = (int)((long)(level + 1) * bins.Length / levels);
            double sum = 0;
            int filled = 0;
            for (int i = from; i < to; i++)
            {
                sum += bins[i];
                if (bins[i] > 0) filled++;
            }

            for (int i = from; i < to; i++)
            {
                double p = (bins[i] + (i == bins.Length - 1 ? beyond : 0)) / total;
                if (p == 0) continue;
                // An empty last bin that carries the folded tail has no quantized mass: bounded by the smallest one.
                double q = bins[i] > 0 ? sum / filled / kept : 1e-9;
                divergence += p * Math.Log(p / q);
            }
        }

        return divergence;
    }
}
