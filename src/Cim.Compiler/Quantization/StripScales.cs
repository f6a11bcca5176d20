using System.Collections.Immutable;
using Cim.Compiler.Precision;

namespace Cim.Compiler.Quantization;

/// <summary>
/// The scales of one output whose strips have different widths: all of them the output's scale times a power of two, so that
/// partial results are aligned by a shift. The scale is searched as <see cref="WeightScales"/> does for 8 bits; each strip takes
/// the shift of the least error.
/// </summary>
internal static class StripScales
{
    private const int WholeBits = 8, Candidates = 100, Step = 2, Shifts = 4;

    /// <summary>The scale and the shift of each strip.</summary>
    /// <param name="weights">One output's weights.</param>
    /// <param name="importance">Of each weight; empty = all equal.</param>
    /// <param name="rows">Rows of each strip.</param>
    /// <param name="bits">Width of each strip; 0 = no weights.</param>
    public static (float Scale, int[] Shifts) Search(
        ReadOnlySpan<float> weights, ReadOnlySpan<double> importance, ImmutableArray<ImmutableArray<int>> rows, ReadOnlySpan<int> bits)
    {
        int[] best = new int[bits.Length];
        int widest = 0, narrowest = WholeBits;
        foreach (int b in bits)
            if (b > 0) (widest, narrowest) = (Math.Max(widest, b), Math.Min(narrowest, b));
        // Its bias still needs a scale of a sensible size.
        if (widest == 0) return (WeightScales.Search(weights, importance, WholeBits), best);
        if (widest == narrowest) return (Uniform(weights, importance, rows, bits, widest), best);
        float largest = 0;
        for (int t = 0; t < bits.Length; t++)
            if (bits[t] > 0)
                foreach (int r in rows[t]) largest = Math.Max(largest, Math.Abs(weights[r]));
        if (largest / WeightScales.Levels(WholeBits) < WeightScales.Smallest) return (WeightScales.OfNothing, best);
        double bestScale = largest / WeightScales.Levels(WholeBits), bestError = double.PositiveInfinity;
        int[] shifts = new int[bits.Length];
        for (int k = Candidates; k >= Candidates * 3 / 10; k -= Step)
        {
            double scale = (double)largest * k / (Candidates * WeightScales.Levels(WholeBits)), error = 0;
            for (int t = 0; t < bits.Length && error < bestError; t++)
            {
                (shifts[t], double own) = bits[t] == 0 ? (0, 0) : BestShift(weights, importance, rows[t], bits[t], scale);
                error += own;
            }

            if (error >= bestError) continue;
            (bestScale, bestError) = (scale, error);
            shifts.CopyTo(best, 0);
        }

        // What all strips are shifted by belongs to the scale.
        int common = WholeBits;
        for (int t = 0; t < bits.Length; t++)
            if (bits[t] > 0) common = Math.Min(common, best[t]);
        for (int t = 0; t < bits.Length; t++)
            if (bits[t] > 0) best[t] -= common;
        return ((float)(bestScale * (1 << common)), best);
    }

    /// <summary>The shift of the least error of a strip, and that error.</summary>
    public static (int Shift, double Error) BestShift(
        ReadOnlySpan<float> weights, ReadOnlySpan<double> importance, ImmutableArray<int> rows, int bits, double scale)
    {
        int levels = WeightScales.Levels(bits), best = 0;
        double least = double.PositiveInfinity;
        for (int shift = WholeBits - bits; shift >= 0 && shift > WholeBits - bits - Shifts; shift--)
        {
            double step = scale * (1 << shift), error = 0;
            foreach (int r in rows)
            {
                double difference = weights[r] - (WeightScales.Round(weights[r] / step, levels) * step);
                error += difference * difference * (importance.IsEmpty ? 1 : importance[r]);
                if (error >= least) break;
            }

            if (error < least) (best, least) = (shift, error);
        }

        return (best, least);
    }

    private static float Uniform(
        ReadOnlySpan<float> weights, ReadOnlySpan<double> importance, ImmutableArray<ImmutableArray<int>> rows, ReadOnlySpan<int> bits,
        int width)
    {
        var kept = new List<float>();
        var counted = new List<double>();
        var order = new List<int>();
        for (int t = 0; t < bits.Length; t++)
            if (bits[t] > 0) order.AddRange(rows[t]);
        order.Sort(); // The order in which a layer of one width adds its errors up.
        foreach (int r in order)
        {
            kept.Add(weights[r]);
            if (!importance.IsEmpty) counted.Add(importance[r]);
        }

        return WeightScales.Search(kept.ToArray(), counted.ToArray(), width);
    }
}
