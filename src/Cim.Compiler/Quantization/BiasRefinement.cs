using Cim.Compiler.Calibration;
using Cim.Compiler.Ir;
using Cim.Compiler.Statistics;

namespace Cim.Compiler.Quantization;

/// <summary>
/// Moves biases that absorb the mean error of each output to where errors are seen. Behind a Relu or Clip it is the mean over the
/// positions at which the output is not cut off that matters: errors of sums far below zero would be paid for by all others. At the
/// outputs of a network it is the median, if most samples lie near it: a few large errors would otherwise move all answers, and those
/// of a network that gives nearly the same scores most of the time change with the smallest shift.
/// </summary>
internal static class BiasRefinement
{
    /// <summary>Positions at which errors are computed, and below which nothing is.</summary>
    private const int Most = 1024, Fewest = 128;

    /// <summary>Multiplications for one layer at most.</summary>
    private const long MaxMacs = 1L << 29;

    /// <summary>Positions at which an output must be seen for a mean over them.</summary>
    private const int FewestSeen = 16;

    /// <summary>What the mean magnitude of an error has to fall by for a median, as a share: far more than it does by chance.</summary>
    private const double WorthIt = 0.01;

    /// <summary>The weights with their biases moved for what reads the outputs in the float network.</summary>
    public static LayerWeights Refine(GraphTopology topology, MvmLayer layer, LayerSamples samples, LayerWeights weights) =>
        Refine(layer, samples, weights, OutputUse.Of(topology, layer));

    /// <summary>The weights with their biases moved.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="samples">What it reads in the quantized network, and gives in the float one.</param>
    /// <param name="weights">Its quantized weights, with biases that absorb mean errors.</param>
    /// <param name="use">What reads its outputs.</param>
    public static LayerWeights Refine(MvmLayer layer, LayerSamples samples, LayerWeights weights, OutputUse use)
    {
        int count = (int)Math.Min(Math.Min(samples.Count, Most), MaxMacs / Math.Max(1, (long)layer.RowsPerGroup * layer.Outputs));
        if (count < Fewest || !(use.IsClamped || use.IsFinal)) return weights;
        int[] positions = [.. Enumerable.Range(0, count).Select(i => (int)((long)i * samples.Count / count))];
        float[] bias = [.. weights.Bias];
        Parallel.For(0, layer.Outputs, c =>
        {
            (double[] errors, bool[] seen) = Errors(layer, samples, weights, use, positions, c);
            double shift = use.IsClamped ? ToMeanOfSeen(errors, seen) : ToMedian(errors);
            if (shift != 0) bias[c] = (float)FloatGrid.Snap(bias[c] + shift, FloatGrid.FittedBits);
        });
        return weights with { Bias = [.. bias] };
    }

    /// <summary>What the quantized layer lacks at each position, and whether anything reads it there.</summary>
    private static (double[] Errors, bool[] Seen) Errors(
        MvmLayer layer, LayerSamples samples, LayerWeights weights, OutputUse use, int[] positions, int c)
    {
        int rows = layer.RowsPerGroup, columns = layer.ColumnsPerGroup, group = c / columns;
        float[] integers = [.. weights.Integers.Slice(c * rows, rows)];
        double[] errors = new double[positions.Length];
        bool[] seen = new bool[positions.Length];
        for (int i = 0; i < positions.Length; i++)
        {
            int at = (group * samples.Count) + positions[i];
            float sum = DotProduct.Of(samples.X.AsSpan(at * rows, rows), integers);
            double quantized = ((double)sum * weights.Scales[c]) + weights.Bias[c];
            float wanted = samples.Y[(at * columns) + (c % columns)];
            errors[i] = wanted - quantized;
            seen[i] = use.Sees(c, wanted) || use.Sees(c, (float)quantized);
        }

        return (errors, seen);
    }

    /// <summary>From the mean of all errors to that of those seen, by as much as is more than chance.</summary>
    private static double ToMeanOfSeen(double[] errors, bool[] seen)
    {
        double[] those = [.. errors.Where((_, i) => seen[i])];
        if (those.Length < FewestSeen || those.Length == errors.Length) return 0;
        double mean = those.Average(), shift = mean - errors.Average();
        double chance = those.Sum(e => (e - mean) * (e - mean)) / those.Length / those.Length;
        return shift == 0 ? 0 : shift * Math.Max(0, 1 - (chance / (shift * shift)));
    }

    private static double ToMedian(double[] errors)
    {
        double[] sorted = [.. errors.Order()];
        double mean = errors.Average(), median = (sorted[sorted.Length / 2] + sorted[(sorted.Length - 1) / 2]) / 2;
        return Magnitude(median) <= (1 - WorthIt) * Magnitude(mean) ? median - mean : 0;

        double Magnitude(double centre) => errors.Average(e => Math.Abs(e - centre));
    }
}
