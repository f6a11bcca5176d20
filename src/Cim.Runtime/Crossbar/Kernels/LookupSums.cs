using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Cim.Runtime.Crossbar.Kernels;

/// <summary>
/// Bit-serial sums by table lookup (AVX2): four rows at one input bit select one of sixteen precomputed sums of their levels,
/// so one byte shuffle adds 4 rows at 32 positions: 128 products, where a multiply-add has 16.
/// </summary>
internal static unsafe class LookupSums
{
    /// <summary>Positions of one vector of bytes.</summary>
    public const int Positions = 32;

    /// <summary>Input bits of one call.</summary>
    public const int Bits = 4;

    /// <summary>Shorts one call writes: [table][bit][position].</summary>
    public const int SumLength = 2 * Bits * Positions;

    /// <summary>
    /// Adds two tables' entries over the steps, in bytes; before a byte could overflow (the segments) it is widened to 16 bits.
    /// </summary>
    /// <param name="indices">Indices of the first step: [bit][position blocks], one byte each, 0 to 15.</param>
    /// <param name="stepBytes">From one step's indices to the next one's.</param>
    /// <param name="bitBytes">From one bit's indices to the next one's.</param>
    /// <param name="tables">[step][two tables][16] signed bytes.</param>
    /// <param name="segments">Steps of each segment, ended by 0.</param>
    /// <param name="sums">Receives <see cref="SumLength"/> sums.</param>
    public static void TwoTables(byte* indices, nint stepBytes, nint bitBytes, sbyte* tables, ushort* segments, short* sums)
    {
        for (bool first = true; *segments != 0; segments++, first = false)
        {
            Vector256<byte> a0 = default, a1 = default, a2 = default, a3 = default, b0 = default, b1 = default, b2 = default, b3 = default;
            for (int left = *segments; left > 0; left--, indices += stepBytes, tables += 32)
            {
                Vector256<byte> a = Avx2.BroadcastVector128ToVector256((byte*)tables);
                Vector256<byte> b = Avx2.BroadcastVector128ToVector256((byte*)tables + 16);
                Vector256<byte> x = Vector256.Load(indices);
                a0 = Avx2.Add(a0, Avx2.Shuffle(a, x));
                b0 = Avx2.Add(b0, Avx2.Shuffle(b, x));
                x = Vector256.Load(indices + bitBytes);
                a1 = Avx2.Add(a1, Avx2.Shuffle(a, x));
                b1 = Avx2.Add(b1, Avx2.Shuffle(b, x));
                x = Vector256.Load(indices + (2 * bitBytes));
                a2 = Avx2.Add(a2, Avx2.Shuffle(a, x));
                b2 = Avx2.Add(b2, Avx2.Shuffle(b, x));
                x = Vector256.Load(indices + (3 * bitBytes));
                a3 = Avx2.Add(a3, Avx2.Shuffle(a, x));
                b3 = Avx2.Add(b3, Avx2.Shuffle(b, x));
            }
            Widen(a0, sums, first);
            Widen(a1, sums + Positions, first);
            Widen(a2, sums + (2 * Positions), first);
            Widen(a3, sums + (3 * Positions), first);
            Widen(b0, sums + (4 * Positions), first);
            Widen(b1, sums + (5 * Positions), first);
            Widen(b2, sums + (6 * Positions), first);
            Widen(b3, sums + (7 * Positions), first);
        }
    }

    private static void Widen(Vector256<byte> bytes, short* sums, bool first)
    {
        Vector256<short> low = Avx2.ConvertToVector256Int16(bytes.GetLower().AsSByte());
        Vector256<short> high = Avx2.ConvertToVector256Int16(bytes.GetUpper().AsSByte());
        if (!first)
        {
            low = Avx2.Add(low, Vector256.Load(sums));
            high = Avx2.Add(high, Vector256.Load(sums + 16));
        }
        low.Store(sums);
        high.Store(sums + 16);
    }

    /// <summary>Bit b of four bytes (nulls are zeros) as indices: first | second &lt;&lt; 1 | third &lt;&lt; 2 | fourth &lt;&lt; 3, for a whole number of vectors.</summary>
    public static void Indices(byte* first, byte* second, byte* third, byte* fourth, int bit, int count, byte* indices)
    {
        Vector256<byte> one = Vector256.Create((byte)1);
        for (int i = 0; i < count; i += Positions)
        {
            Vector256<byte> x = Bit(first, i, bit, one);
            x |= (Bit(second, i, bit, one).AsUInt16() << 1).AsByte();
            x |= (Bit(third, i, bit, one).AsUInt16() << 2).AsByte();
            x |= (Bit(fourth, i, bit, one).AsUInt16() << 3).AsByte();
            x.Store(indices + i);
        }
    }

    private static Vector256<byte> Bit(byte* source, int i, int bit, Vector256<byte> one) =>
        source == null ? default : (Vector256.Load(source + i).AsUInt16() >>> bit).AsByte() & one;
}
