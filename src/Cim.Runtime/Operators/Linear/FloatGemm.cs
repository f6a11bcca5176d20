using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Cim.Runtime.Operators.Linear;

/// <summary>
/// C = A * B in float. Every element is a sum over k = 0, 1, 2 ... in this order with one rounding per product and per
/// addition, so it has the same bits with any vector width and any blocking.
/// </summary>
internal static class FloatGemm
{
    /// <param name="s">Sizes and distances.</param>
    /// <param name="a">The left matrix.</param>
    /// <param name="b">The right matrix, rows of neighbouring elements.</param>
    /// <param name="c">The result, overwritten.</param>
    public static void Multiply(in GemmShape s, ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> c)
    {
        (int m, int n, int k) = (s.M, s.N, s.K);
        if (m == 0 || n == 0) return;
        if (k == 0)
        {
            for (int i = 0; i < m; i++) c.Slice(i * s.RowC, n).Clear();
            return;
        }

        // The furthest elements are touched once through the spans: the blocks below then run without bounds checks.
        _ = a[((m - 1) * s.RowA) + ((k - 1) * s.ColumnA)];
        _ = b[((k - 1) * s.RowB) + n - 1];
        _ = c[((m - 1) * s.RowC) + n - 1];
        ref float ra = ref MemoryMarshal.GetReference(a), rb = ref MemoryMarshal.GetReference(b), rc = ref MemoryMarshal.GetReference(c);
        int row = 0;
        for (; row + 4 <= m; row += 4) Rows4(s, row, ref ra, ref rb, ref rc);
        for (; row < m; row++) Tail(s, row, 0, ref ra, ref rb, ref rc);
    }

    private static void Rows4(in GemmShape s, int row, ref float a, ref float b, ref float c)
    {
        (int n, int k, int aRow, int aColumn, int bRow, int cRow) = (s.N, s.K, s.RowA, s.ColumnA, s.RowB, s.RowC);
        int j = 0;
        for (; j + 16 <= n; j += 16)
        {
            Vector256<float> s00 = default,
                s01 = default,
                s10 = default,
                s11 = default,
                s20 = default,
                s21 = default,
                s30 = default,
                s31 = default;
            nuint pa = (nuint)(row * aRow), pb = (nuint)j;
            for (int p = 0; p < k; p++, pa += (nuint)aColumn, pb += (nuint)bRow)
            {
                Vector256<float> b0 = Vector256.LoadUnsafe(ref b, pb), b1 = Vector256.LoadUnsafe(ref b, pb + 8);
                Vector256<float> a0 = Broadcast(ref a, pa), a1 = Broadcast(ref a, pa + (nuint)aRow);
                Vector256<float> a2 = Broadcast(ref a, pa + (nuint)(2 * aRow)), a3 = Broadcast(ref a, pa + (nuint)(3 * aRow));
                s00 += a0 * b0;
                s01 += a0 * b1;
                s10 += a1 * b0;
                s11 += a1 * b1;
                s20 += a2 * b0;
                s21 += a2 * b1;
                s30 += a3 * b0;
                s31 += a3 * b1;
            }

            nuint pc = (nuint)((row * cRow) + j);
            s00.StoreUnsafe(ref c, pc);
            s01.StoreUnsafe(ref c, pc + 8);
            s10.StoreUnsafe(ref c, pc += (nuint)cRow);
            s11.StoreUnsafe(ref c, pc + 8);
            s20.StoreUnsafe(ref c, pc += (nuint)cRow);
            s21.StoreUnsafe(ref c, pc + 8);
            s30.StoreUnsafe(ref c, pc += (nuint)cRow);
            s31.StoreUnsafe(ref c, pc + 8);
        }

        if (j < n)
            for (int i = 0; i < 4; i++) Tail(s, row + i, j, ref a, ref b, ref c);
    }

    // One row of the result from column j on.
    private static void Tail(in GemmShape s, int row, int j, ref float a, ref float b, ref float c)
    {
        (int n, int k, int aRow, int aColumn, int bRow, int cRow) = (s.N, s.K, s.RowA, s.ColumnA, s.RowB, s.RowC);
        for (; j + 8 <= n; j += 8)
        {
            Vector256<float> sum = default;
            nuint pa = (nuint)(row * aRow), pb = (nuint)j;
            for (int p = 0; p < k; p++, pa += (nuint)aColumn, pb += (nuint)bRow)
                sum += Broadcast(ref a, pa) * Vector256.LoadUnsafe(ref b, pb);
            sum.StoreUnsafe(ref c, (nuint)((row * cRow) + j));
        }

        for (; j < n; j++)
        {
            float sum = 0;
            nuint pa = (nuint)(row * aRow), pb = (nuint)j;
            for (int p = 0; p < k; p++, pa += (nuint)aColumn, pb += (nuint)bRow)
                sum += Unsafe.Add(ref a, pa) * Unsafe.Add(ref b, pb);
            Unsafe.Add(ref c, (row * cRow) + j) = sum;
        }
    }

    private static Vector256<float> Broadcast(ref float a, nuint at) =>
        Vector256.Create(Unsafe.Add(ref a, at));
}
