using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Cim.Runtime.Crossbar.Kernels;

/// <summary>
/// Bit-serial sums by table lookup (AVX2): four rows at one input bit select one of sixteen precomputed sums of their levels,
/// so one byte shuffle adds 4 rows at 32 positions: 128 products, where a multiply-add has 8 or 16. Sums larger than a byte are
/// cut into digits with a table each. Entries are not negative; a few of them are added in bytes before those could overflow,
/// and the bytes are then added to 16-bit sums: as they are (even positions, wrong by 256 times the odd ones), and shifted
/// down (odd positions). That needs no widening across the vector, and the error is taken off once at the end.
/// </summary>
internal static unsafe class LookupSums
{
    /// <summary>Positions of one vector of bytes.</summary>
    public const int Positions = 32;

    /// <summary>Input bits of one call.</summary>
    public const int Bits = 2;

    /// <summary>Bytes of one step's indices: both bits at all positions.</summary>
    public const int StepBytes = Bits * Positions;

    /// <summary>
    /// Two tables at two input bits over all steps. Writes [bit][table] 32 sums of 16 bits: the even positions, then the odd ones.
    /// </summary>
    /// <param name="indices">[step][bit][position] indices of 0 to 15.</param>
    /// <param name="tables">[step][two tables][16] bytes.</param>
    /// <param name="steps">An even number.</param>
    /// <param name="segment">Steps whose entries fit a byte together, an even number.</param>
    /// <param name="sums">Receives 128 sums.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void TwoTables(byte* indices, byte* tables, int steps, int segment, ushort* sums)
    {
        Vector256<ushort> a0 = default, a1 = default, b0 = default, b1 = default, c0 = default, c1 = default, d0 = default, d1 = default;
        while (steps > 0)
        {
            int now = Math.Min(segment, steps);
            steps -= now;
            Vector256<byte> a = default, b = default, c = default, d = default;
            // Two steps at a time: the loop costs as much as a step.
            for (byte* end = tables + (now * 32); tables < end; indices += 2 * StepBytes, tables += 64)
            {
                Vector256<byte> x = Vector256.Load(indices), y = Vector256.Load(indices + Positions);
                Vector256<byte> table = Avx2.BroadcastVector128ToVector256(tables);
                a = Avx2.Add(a, Avx2.Shuffle(table, x));
                c = Avx2.Add(c, Avx2.Shuffle(table, y));
                table = Avx2.BroadcastVector128ToVector256(tables + 16);
                b = Avx2.Add(b, Avx2.Shuffle(table, x));
                d = Avx2.Add(d, Avx2.Shuffle(table, y));
                (x, y) = (Vector256.Load(indices + StepBytes), Vector256.Load(indices + StepBytes + Positions));
                table = Avx2.BroadcastVector128ToVector256(tables + 32);
                a = Avx2.Add(a, Avx2.Shuffle(table, x));
                c = Avx2.Add(c, Avx2.Shuffle(table, y));
                table = Avx2.BroadcastVector128ToVector256(tables + 48);
                b = Avx2.Add(b, Avx2.Shuffle(table, x));
                d = Avx2.Add(d, Avx2.Shuffle(table, y));
            }
            Add(a, ref a0, ref a1);
            Add(b, ref b0, ref b1);
            Add(c, ref c0, ref c1);
            Add(d, ref d0, ref d1);
        }
        Store(a0, a1, sums);
        Store(b0, b1, sums + Positions);
        Store(c0, c1, sums + (2 * Positions));
        Store(d0, d1, sums + (3 * Positions));
    }

    /// <summary>
    /// Three tables with entries below 128 at two input bits, two steps at a time. Writes [bit][table] as <see cref="TwoTables"/>.
    /// </summary>
    /// <param name="indices">As there.</param>
    /// <param name="tables">[step][three tables][16] bytes.</param>
    /// <param name="steps">An even number.</param>
    /// <param name="sums">Receives 192 sums.</param>
    public static void ThreeTables(byte* indices, byte* tables, int steps, ushort* sums) =>
        ThreeTables(indices, indices, indices, tables, steps, sums);

    // Twelve sums, two tables and two results are all of the sixteen registers, so indices must be read where they are used: the
    // same address under three names keeps the compiler from holding them.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ThreeTables(byte* first, byte* second, byte* third, byte* tables, int steps, ushort* sums)
    {
        Vector256<ushort> a0 = default, a1 = default, b0 = default, b1 = default, c0 = default, c1 = default;
        Vector256<ushort> d0 = default, d1 = default, e0 = default, e1 = default, f0 = default, f1 = default;
        nint offset = 0;
        for (byte* end = tables + (48 * (nint)steps); tables < end; offset += 2 * StepBytes, tables += 96)
        {
            Vector256<byte> p = Avx2.BroadcastVector128ToVector256(tables), q = Avx2.BroadcastVector128ToVector256(tables + 48);
            Add(Pair(p, q, first + offset), ref a0, ref a1);
            Add(Pair(p, q, first + offset + Positions), ref d0, ref d1);
            (p, q) = (Avx2.BroadcastVector128ToVector256(tables + 16), Avx2.BroadcastVector128ToVector256(tables + 64));
            Add(Pair(p, q, second + offset), ref b0, ref b1);
            Add(Pair(p, q, second + offset + Positions), ref e0, ref e1);
            (p, q) = (Avx2.BroadcastVector128ToVector256(tables + 32), Avx2.BroadcastVector128ToVector256(tables + 80));
            Add(Pair(p, q, third + offset), ref c0, ref c1);
            Add(Pair(p, q, third + offset + Positions), ref f0, ref f1);
        }
        Store(a0, a1, sums);
        Store(b0, b1, sums + Positions);
        Store(c0, c1, sums + (2 * Positions));
        Store(d0, d1, sums + (3 * Positions));
        Store(e0, e1, sums + (4 * Positions));
        Store(f0, f1, sums + (5 * Positions));
    }

    /// <summary>Bit b of four bytes (nulls are zeros) as indices: first | second &lt;&lt; 1 | third &lt;&lt; 2 | fourth &lt;&lt; 3, for a
    /// whole number of vectors.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Pair(Vector256<byte> p, Vector256<byte> q, byte* indices) =>
        Avx2.Add(Avx2.Shuffle(p, Vector256.Load(indices)), Avx2.Shuffle(q, Vector256.Load(indices + StepBytes)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(Vector256<byte> bytes, ref Vector256<ushort> all, ref Vector256<ushort> odd)
    {
        all = Avx2.Add(all, bytes.AsUInt16());
        odd = Avx2.Add(odd, Avx2.ShiftRightLogical(bytes.AsUInt16(), 8));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector256<ushort> all, Vector256<ushort> odd, ushort* sums)
    {
        Avx2.Subtract(all, Avx2.ShiftLeftLogical(odd, 8)).Store(sums);
        odd.Store(sums + (Positions / 2));
    }

    private static Vector256<byte> Bit(byte* source, int i, int bit, Vector256<byte> one) =>
        source == null ? default : (Vector256.Load(source + i).AsUInt16() >>> bit).AsByte() & one;
}
