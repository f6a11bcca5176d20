using System.Runtime.InteropServices;

namespace Cim.OtherProcessor;

/// <summary>
/// Moves results by up to two units in their last place. Processors with other vector widths differ by as much, because they add in
/// another order.
/// </summary>
internal static class LastBits
{
    private const int Units = 2;

    /// <summary>Whole numbers stay, being exact in any order, and so do numbers next to infinity and to the subnormals.</summary>
    public static void Move(Span<float> values, ulong seed)
    {
        Span<int> bits = MemoryMarshal.Cast<float, int>(values);
        for (int i = 0; i < bits.Length; i++)
        {
            int exponent = (bits[i] >> 23) & 0xff;
            if (exponent is > 0 and < 0xfe && !float.IsInteger(values[i])) bits[i] += Step(seed, i, (uint)bits[i]);
        }
    }

    public static void Move(Span<double> values, ulong seed)
    {
        Span<long> bits = MemoryMarshal.Cast<double, long>(values);
        for (int i = 0; i < bits.Length; i++)
        {
            long exponent = (bits[i] >> 52) & 0x7ff;
            if (exponent is > 0 and < 0x7fe && !double.IsInteger(values[i])) bits[i] += Step(seed, i, (ulong)bits[i]);
        }
    }

    /// <summary>Of the value itself and its index, so that the same computation is moved the same way.</summary>
    private static int Step(ulong seed, int index, ulong bits)
    {
        ulong hash = (seed + 1) * 0x9E3779B97F4A7C15UL;
        foreach (ulong part in (ReadOnlySpan<ulong>)[(ulong)index, bits])
        {
            hash = (hash ^ part) * 0xBF58476D1CE4E5B9UL;
            hash ^= hash >> 31;
        }

        return (int)(hash % ((2 * Units) + 1)) - Units;
    }
}
