using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Cim.Bench.Speed;

/// <summary>What this processor can do at most, measured in the same run as what is compared with it (AVX2).</summary>
internal static class Peak
{
    private const int Steps = 200_000;
    private const int Chains = 12;

    /// <summary>
    /// 8-bit multiply-accumulates per second with a byte multiply-add (32 products) and a 16-bit addition, as wide as AVX2 goes.
    /// </summary>
    public static double ByteProducts() => Best(Bytes, 32 * Chains);

    /// <summary>The same with 16-bit multiply-adds (16 products): what 8-bit products need to be exact.</summary>
    public static double ShortProducts() => Best(Shorts, 16 * Chains);

    private static double Best(Func<Vector256<int>, Vector256<int>> loop, int products)
    {
        double best = 0;
        Vector256<int> x = Vector256.Create(Environment.TickCount & 3);
        for (int i = 0; i < 40; i++)
        {
            long start = Stopwatch.GetTimestamp();
            x = loop(x);
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            if (i > 5) best = Math.Max(best, (double)products * Steps / seconds);
        }
        return x[0] == 12345 ? best + 1 : best;
    }

    // Twelve chains: each product needs the sum before, so nothing can be hoisted, and there are enough for two a cycle.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Vector256<int> Bytes(Vector256<int> x)
    {
        Vector256<byte> u = x.AsByte();
        Vector256<short> a = x.AsInt16(), b = a, c = a, d = a, e = a, f = a, g = a, h = a, i = a, j = a, k = a, l = a;
        for (int n = 0; n < Steps; n++)
        {
            a += Avx2.MultiplyAddAdjacent(u, a.AsSByte());
            b += Avx2.MultiplyAddAdjacent(u, b.AsSByte());
            c += Avx2.MultiplyAddAdjacent(u, c.AsSByte());
            d += Avx2.MultiplyAddAdjacent(u, d.AsSByte());
            e += Avx2.MultiplyAddAdjacent(u, e.AsSByte());
            f += Avx2.MultiplyAddAdjacent(u, f.AsSByte());
            g += Avx2.MultiplyAddAdjacent(u, g.AsSByte());
            h += Avx2.MultiplyAddAdjacent(u, h.AsSByte());
            i += Avx2.MultiplyAddAdjacent(u, i.AsSByte());
            j += Avx2.MultiplyAddAdjacent(u, j.AsSByte());
            k += Avx2.MultiplyAddAdjacent(u, k.AsSByte());
            l += Avx2.MultiplyAddAdjacent(u, l.AsSByte());
        }
        return (a + b + c + d + e + f + g + h + i + j + k + l).AsInt32();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Vector256<int> Shorts(Vector256<int> x)
    {
        Vector256<short> u = x.AsInt16();
        Vector256<int> a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x, k = x, l = x;
        for (int n = 0; n < Steps; n++)
        {
            a += Avx2.MultiplyAddAdjacent(u, a.AsInt16());
            b += Avx2.MultiplyAddAdjacent(u, b.AsInt16());
            c += Avx2.MultiplyAddAdjacent(u, c.AsInt16());
            d += Avx2.MultiplyAddAdjacent(u, d.AsInt16());
            e += Avx2.MultiplyAddAdjacent(u, e.AsInt16());
            f += Avx2.MultiplyAddAdjacent(u, f.AsInt16());
            g += Avx2.MultiplyAddAdjacent(u, g.AsInt16());
            h += Avx2.MultiplyAddAdjacent(u, h.AsInt16());
            i += Avx2.MultiplyAddAdjacent(u, i.AsInt16());
            j += Avx2.MultiplyAddAdjacent(u, j.AsInt16());
            k += Avx2.MultiplyAddAdjacent(u, k.AsInt16());
            l += Avx2.MultiplyAddAdjacent(u, l.AsInt16());
        }
        return a + b + c + d + e + f + g + h + i + j + k + l;
    }
}
