using System.Collections.Immutable;

namespace Cim.Compiler.Precision;

/// <summary>The power of two that the integers of a strip have in common, as far as its width asks for it.</summary>
internal static class StripShift
{
    /// <summary>The result for a strip of zeros, which fits any width.</summary>
    public const int Zeros = -1;

    /// <summary>The least shift with which the integers fit the width; <see cref="Zeros"/> if all are zero, null if none does.</summary>
    /// <param name="weights">One output's integers.</param>
    /// <param name="rows">The rows of the strip.</param>
    /// <param name="bits">Its width.</param>
    public static int? Of(ReadOnlySpan<sbyte> weights, ImmutableArray<int> rows, int bits)
    {
        int largest = 0, all = 0;
        foreach (int r in rows)
        {
            largest = Math.Max(largest, Math.Abs((int)weights[r]));
            all |= (byte)weights[r];
        }

        if (largest == 0) return Zeros;
        int levels = bits == 0 ? 0 : WeightScales.Levels(bits);
        for (int shift = 0; shift <= 8 - bits && bits > 0; shift++)
            if (largest >> shift <= levels && (all & ((1 << shift) - 1)) == 0) return shift;
        return null;
    }
}
