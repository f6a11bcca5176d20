using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Cim.Runtime.Crossbar.Kernels;

/// <summary>
/// Winograd's minimal filtering F(2x2, 3x3) in integers (AVX2): 16 products instead of 36 for 2 x 2 outputs, exactly. The
/// weights' transform is scaled by 4 to be whole; transformed weights (at most 9 * 128) and inputs (at most 4 * 255) fit 16 bits,
/// so products are pairs as in <see cref="PairProducts"/>, and four times the sum is a whole number of 32 bits. Whatever wraps
/// around in between does so modulo 2^32 and comes out right. S. Winograd 1980; A. Lavin, S. Gray, arXiv:1509.09308.
/// </summary>
internal static unsafe class Winograd
{
    /// <summary>Elements of a transformed tile.</summary>
    public const int Elements = 16;

    /// <summary>Tiles of one call: two vectors.</summary>
    public const int Tiles = 16;

    /// <summary>
    /// Two times four neighbouring tiles of one plane of channel pairs: B^T d B of their 4 x 4 inputs. Even and odd columns are
    /// parted by shuffles within 128 bits, so the tiles come in the order 0 1 4 5 2 3 6 7; <see cref="Outputs"/> puts them back by
    /// the way.
    /// </summary>
    /// <param name="first">The first input of tile 0.</param>
    /// <param name="second">The first input of tile 4.</param>
    /// <param name="row">From one input row to the next one.</param>
    /// <param name="transformed">Where element 0 goes.</param>
    /// <param name="stride">From one element to the next one.</param>
    public static void Inputs(int* first, int* second, nint row, int* transformed, nint stride)
    {
        const byte Even = 0x88, Odd = 0xDD;
        // Down the columns: d0 - d2, d1 + d2, d2 - d1, d1 - d3; two columns at once, parted afterwards.
        Column(first, row, out Vector256<short> a0, out Vector256<short> a1, out Vector256<short> a2, out Vector256<short> a3);
        Column(second, row, out Vector256<short> b0, out Vector256<short> b1, out Vector256<short> b2, out Vector256<short> b3);
        Column(first + 2, row, out Vector256<short> c0, out Vector256<short> c1, out Vector256<short> c2, out Vector256<short> c3);
        Column(second + 2, row, out Vector256<short> d0, out Vector256<short> d1, out Vector256<short> d2, out Vector256<short> d3);
        Row(Part(a0, b0, Even), Part(a0, b0, Odd), Part(c0, d0, Even), Part(c0, d0, Odd), transformed, stride);
        Row(Part(a1, b1, Even), Part(a1, b1, Odd), Part(c1, d1, Even), Part(c1, d1, Odd), transformed + (4 * stride), stride);
        Row(Part(a2, b2, Even), Part(a2, b2, Odd), Part(c2, d2, Even), Part(c2, d2, Odd), transformed + (8 * stride), stride);
        Row(Part(a3, b3, Even), Part(a3, b3, Odd), Part(c3, d3, Even), Part(c3, d3, Odd), transformed + (12 * stride), stride);
    }

    /// <summary>Four outputs of sixteen tiles at all elements; sums [element][output][16 tiles].</summary>
    /// <param name="x">[element][step][16 tiles] channel pairs.</param>
    /// <param name="weights">[element][step][four outputs].</param>
    /// <param name="steps">How many.</param>
    /// <param name="bias">Four times what the outputs start from.</param>
    /// <param name="sums">The sums.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Products(int* x, int* weights, int steps, int* bias, int* sums)
    {
        // The element that is added to all four outputs of a tile.
        const int BiasElement = 5;
        for (int element = 0; element < Elements; element++, sums += 4 * Tiles)
        {
            Vector256<int> a0 = default, a1 = default, a2 = default, a3 = default;
            if (element == BiasElement)
            {
                (a0, a1) = (Vector256.Create(bias[0]), Vector256.Create(bias[1]));
                (a2, a3) = (Vector256.Create(bias[2]), Vector256.Create(bias[3]));
            }
            Vector256<int> b0 = a0, b1 = a1, b2 = a2, b3 = a3;
            for (int* end = weights + (4 * (nint)steps); weights < end; weights += 4, x += Tiles)
            {
                Vector256<short> u = Vector256.Load(x).AsInt16(), v = Vector256.Load(x + 8).AsInt16();
                Vector256<short> w = Vector256.Create(weights[0]).AsInt16();
                a0 += Avx2.MultiplyAddAdjacent(u, w);
                b0 += Avx2.MultiplyAddAdjacent(v, w);
                w = Vector256.Create(weights[1]).AsInt16();
                a1 += Avx2.MultiplyAddAdjacent(u, w);
                b1 += Avx2.MultiplyAddAdjacent(v, w);
                w = Vector256.Create(weights[2]).AsInt16();
                a2 += Avx2.MultiplyAddAdjacent(u, w);
                b2 += Avx2.MultiplyAddAdjacent(v, w);
                w = Vector256.Create(weights[3]).AsInt16();
                a3 += Avx2.MultiplyAddAdjacent(u, w);
                b3 += Avx2.MultiplyAddAdjacent(v, w);
            }
            a0.Store(sums);
            b0.Store(sums + 8);
            a1.Store(sums + 16);
            b1.Store(sums + 24);
            a2.Store(sums + 32);
            b2.Store(sums + 40);
            a3.Store(sums + 48);
            b3.Store(sums + 56);
        }
    }

    /// <summary>Eight tiles of one output: A^T m A / 4, as two rows of sixteen neighbouring sums, each in two halves of four
    /// tiles.</summary>
    /// <param name="sums">Element 0.</param>
    /// <param name="stride">From one element to the next one.</param>
    /// <param name="first">Upper row of the first four tiles.</param>
    /// <param name="second">Upper row of the other four.</param>
    /// <param name="row">From the upper row to the lower one.</param>
    public static void Outputs(int* sums, nint stride, int* first, int* second, nint row)
    {
        Fold(sums, stride, out Vector256<int> p0, out Vector256<int> q0);
        Fold(sums + stride, stride, out Vector256<int> p1, out Vector256<int> q1);
        Fold(sums + (2 * stride), stride, out Vector256<int> p2, out Vector256<int> q2);
        Fold(sums + (3 * stride), stride, out Vector256<int> p3, out Vector256<int> q3);
        Interleave((p0 + p1 + p2) >> 2, (p1 - p2 - p3) >> 2, first, second);
        Interleave((q0 + q1 + q2) >> 2, (q1 - q2 - q3) >> 2, first + row, second + row);
    }

    /// <summary>4 * G g G^T of one 3 x 3 kernel.</summary>
    public static void Weights(ReadOnlySpan<sbyte> kernel, Span<int> transformed)
    {
        Span<int> half = stackalloc int[12];
        for (int x = 0; x < 3; x++)
        {
            int a = kernel[x], b = kernel[3 + x], c = kernel[6 + x];
            (half[x], half[3 + x], half[6 + x], half[9 + x]) = (2 * a, a + b + c, a - b + c, 2 * c);
        }
        for (int y = 0; y < 4; y++)
        {
            int a = half[3 * y], b = half[(3 * y) + 1], c = half[(3 * y) + 2];
            (transformed[4 * y], transformed[(4 * y) + 1], transformed[(4 * y) + 2], transformed[(4 * y) + 3]) = (
                2 * a, a + b + c, a - b + c, 2 * c);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Column(
        int* top, nint row, out Vector256<short> v0, out Vector256<short> v1, out Vector256<short> v2, out Vector256<short> v3)
    {
        Vector256<short> d0 = Vector256.Load(top).AsInt16(), d1 = Vector256.Load(top + row).AsInt16();
        Vector256<short> d2 = Vector256.Load(top + (2 * row)).AsInt16(), d3 = Vector256.Load(top + (3 * row)).AsInt16();
        (v0, v1, v2, v3) = (d0 - d2, d1 + d2, d2 - d1, d1 - d3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> Part(Vector256<short> low, Vector256<short> high, [ConstantExpected] byte which) =>
        Avx.Shuffle(low.AsSingle(), high.AsSingle(), which).AsInt16();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Row(Vector256<short> d0, Vector256<short> d1, Vector256<short> d2, Vector256<short> d3, int* to, nint stride)
    {
        (d0 - d2).AsInt32().Store(to);
        (d1 + d2).AsInt32().Store(to + stride);
        (d2 - d1).AsInt32().Store(to + (2 * stride));
        (d1 - d3).AsInt32().Store(to + (3 * stride));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fold(int* column, nint stride, out Vector256<int> upper, out Vector256<int> lower)
    {
        Vector256<int> m0 = Vector256.Load(column), m1 = Vector256.Load(column + (4 * stride));
        Vector256<int> m2 = Vector256.Load(column + (8 * stride)), m3 = Vector256.Load(column + (12 * stride));
        (upper, lower) = (m0 + m1 + m2, m1 - m2 - m3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Interleave(Vector256<int> even, Vector256<int> odd, int* first, int* second)
    {
        Avx2.UnpackLow(even, odd).Store(first);
        Avx2.UnpackHigh(even, odd).Store(second);
    }
}
