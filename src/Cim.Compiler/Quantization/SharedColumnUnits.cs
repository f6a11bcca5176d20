using System.Collections.Immutable;
using Cim.Compiler.Precision;

namespace Cim.Compiler.Quantization;

/// <summary>
/// The unit of an output's integers when its strips are columns times powers of two: all of its strips have it in common, and
/// every strip has the shift at which a column of its own would serve it best, with as much room below as 8 bits leave.
/// </summary>
internal static class SharedColumnUnits
{
    /// <summary>The unit and the shift of each strip.</summary>
    /// <param name="weights">One output's weights.</param>
    /// <param name="rows">Rows of each strip.</param>
    /// <param name="bits">Bits of each strip's column; 0 = no weights.</param>
    public static (
        double Unit, int[] Shifts) Of(ReadOnlySpan<float> weights, ImmutableArray<ImmutableArray<int>> rows, ReadOnlySpan<int> bits)
    {
        (float scale, int[] shifts) = StripScales.Search(weights, [], rows, bits);
        int room = SharedColumns.WholeBits;
        for (int t = 0; t < bits.Length; t++)
            if (bits[t] > 0) room = Math.Min(room, SharedColumns.WholeBits - bits[t] - shifts[t]);
        for (int t = 0; t < bits.Length; t++)
            if (bits[t] > 0) shifts[t] += room;
        return ((double)scale / (1 << room), shifts);
    }
}
