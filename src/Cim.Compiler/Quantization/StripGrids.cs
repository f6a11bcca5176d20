using System.Collections.Immutable;
using Cim.Compiler.Precision;

namespace Cim.Compiler.Quantization;

/// <summary>The integers each weight of a layer may take when its strips differ in width; safe for several threads.</summary>
internal sealed class StripGrids
{
    private readonly StripWidths _widths;
    private readonly ImmutableArray<ImmutableArray<int>> _rows;
    private int _bits = 2;

    public StripGrids(StripWidths widths) =>
        (_widths, _rows) = (widths, [.. Enumerable.Range(0, widths.Grid.Tiles.Length).Select(widths.Grid.RowsOf)]);

    /// <summary>Bits that hold every integer so far, shifts included.</summary>
    public int Bits => _bits;

    /// <summary>Rounds one output to the nearest integers allowed; returns its scale.</summary>
    public float Nearest(ReadOnlySpan<float> weights, ReadOnlySpan<double> importance, int output, Span<sbyte> integers)
    {
        (float scale, int[] levels, int[] steps) = Of(weights, importance, output);
        for (int r = 0; r < integers.Length; r++)
            integers[r] = (sbyte)(WeightScales.Round(weights[r] / ((double)scale * steps[r]), levels[r]) * steps[r]);
        return scale;
    }

    /// <summary>Rounds one output with error compensation; returns its scale.</summary>
    public float Compensated(
        ReadOnlySpan<float> weights, ReadOnlySpan<double> importance, int output, ErrorCompensatedRounding rounding, Span<sbyte> integers)
    {
        (float scale, int[] levels, int[] steps) = Of(weights, importance, output);
        return rounding.Round(weights, scale, levels, steps, integers);
    }

    private (float Scale, int[] Levels, int[] Steps) Of(ReadOnlySpan<float> weights, ReadOnlySpan<double> importance, int output)
    {
        int[] bits = [.. _widths.Bits.Select(t => t[output])];
        (float scale, int[] shifts) = StripScales.Search(weights, importance, _rows, bits);
        int[] levels = new int[weights.Length], steps = new int[weights.Length];
        for (int t = 0; t < bits.Length; t++)
        {
            foreach (int r in _rows[t]) (levels[r], steps[r]) = (bits[t] == 0 ? 0 : WeightScales.Levels(bits[t]), 1 << shifts[t]);
            int needed = bits[t] + shifts[t];
            for (int seen = _bits; bits[t] > 0 && needed > seen; seen = _bits) Interlocked.CompareExchange(ref _bits, needed, seen);
        }

        return (scale, levels, steps);
    }
}
