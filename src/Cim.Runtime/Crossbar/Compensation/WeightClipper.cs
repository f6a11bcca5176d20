using Cim.Runtime.Hardware;
using Cim.Runtime.Tensors;

namespace Cim.Runtime.Crossbar.Compensation;

/// <summary>
/// Maps the weights of each output to conductances so that a smaller weight than the largest possible one is fully on: all
/// are multiplied by top / clip, rounded and clipped, and the output's scale is multiplied by clip / top. Errors of cells, which
/// do not grow with the weights, then count less; the few weights above the clip lose what is cut off.
/// </summary>
internal static class WeightClipper
{
    private const int Candidates = 48;
    private const double SmallestClip = 0.2;

    /// <summary>The layer with its weights as the profile maps them; the same instance if nothing changes.</summary>
    public static CrossbarLayer Apply(CrossbarLayer layer, HardwareProfile profile)
    {
        if (layer.WeightBits < 2) return layer;
        if (profile.WeightScaling == WeightScaling.Layer) return WithOneScale(layer);
        if (profile.WeightClipping == WeightClipping.None) return layer;
        int top = (1 << (layer.WeightBits - 1)) - 1, rows = layer.RowsPerGroup;
        sbyte[] weights = layer.Weights.Span<sbyte>().ToArray();
        float[] scales = [.. layer.WeightScales];
        int[] bias = [.. layer.Bias];
        var variance = profile.WeightClipping == WeightClipping.LeastSquares ? new WeightVariance(layer, profile) : null;
        bool changed = false;
        for (int o = 0; o < layer.Outputs; o++)
        {
            Span<sbyte> row = weights.AsSpan(o * rows, rows);
            if (row.Contains((sbyte)(-top - 1))) continue; // Pre-quantized, with a weight no clip can hold.
            double clip = variance is null ? Percentile(row, profile.WeightClippingPercentile) : LeastSquares(row, top, variance);
            double factor = top / clip;
            if (clip <= 0 || factor == 1 || Math.Abs(bias[o] * factor) > int.MaxValue / 2) continue;
            for (int r = 0; r < rows; r++) row[r] = (sbyte)Math.Clamp(Math.Round(row[r] * factor), -top, top);
            (scales[o], bias[o]) = ((float)(scales[o] / factor), (int)Math.Round(bias[o] * factor));
            changed = true;
        }
        return !changed ? layer : layer with
        {
            Weights = Tensor.Create<sbyte>(layer.Weights.Shape, weights), WeightScales = [.. scales], Bias = [.. bias],
        };
    }

    // Weights of outputs with a smaller scale than the largest are rounded to fewer levels.
    private static CrossbarLayer WithOneScale(CrossbarLayer layer)
    {
        float largest = layer.WeightScales.Max(Math.Abs);
        sbyte[] weights = layer.Weights.Span<sbyte>().ToArray();
        int[] bias = [.. layer.Bias];
        for (int o = 0; o < layer.Outputs && largest > 0; o++)
        {
            double factor = layer.WeightScales[o] / (double)largest;
            foreach (ref sbyte w in weights.AsSpan(o * layer.RowsPerGroup, layer.RowsPerGroup)) w = (sbyte)Math.Round(w * factor);
            bias[o] = (int)Math.Round(bias[o] * factor);
        }
        return layer with
        {
            Weights = Tensor.Create<sbyte>(layer.Weights.Shape, weights), Bias = [.. bias],
            WeightScales = largest > 0 ? [.. Enumerable.Repeat(largest, layer.Outputs)] : layer.WeightScales,
        };
    }

    private static double Percentile(ReadOnlySpan<sbyte> weights, double share)
    {
        int[] magnitudes = [.. weights.ToArray().Select(w => Math.Abs((int)w)).Order()];
        return magnitudes[Math.Max(0, (int)Math.Ceiling(share * magnitudes.Length) - 1)];
    }

    // Ties go to the mapping as it is, so that ideal cells change nothing.
    private static double LeastSquares(ReadOnlySpan<sbyte> weights, int top, WeightVariance variance)
    {
        double least = Error(weights, top, top, variance), best = top;
        if (least == 0) return top;
        int largest = 0;
        foreach (sbyte w in weights) largest = Math.Max(largest, Math.Abs((int)w));
        for (int i = Candidates; i > 0; i--)
        {
            double clip = largest * (SmallestClip + ((1 - SmallestClip) * i / Candidates));
            double error = clip <= 0 ? double.PositiveInfinity : Error(weights, top, clip, variance);
            if (error < least) (least, best) = (error, clip);
        }
        return best;
    }

    private static double Error(ReadOnlySpan<sbyte> weights, int top, double clip, WeightVariance variance)
    {
        double factor = top / clip, sum = 0;
        foreach (sbyte w in weights)
        {
            int stored = (int)Math.Clamp(Math.Round(w * factor), -top, top);
            double cut = w - (stored / factor);
            sum += (cut * cut) + (variance.Of(stored) / (factor * factor));
        }
        return sum;
    }
}
