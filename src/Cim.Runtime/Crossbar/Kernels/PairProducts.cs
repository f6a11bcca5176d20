using Cim.Runtime.Simd;

namespace Cim.Runtime.Crossbar.Kernels;

/// <summary>
/// Sums of products over steps, each step one pair of 16-bit inputs per lane and one broadcast pair of weights:
/// acc[o][lane] = start[o] + sum_k x[offsets[k] + lane].lo * w[k][o].lo + x[offsets[k] + lane].hi * w[k][o].hi.
/// Lanes are neighbouring output positions, so a convolution reads its (converted) input in place.
/// </summary>
internal static unsafe class PairProducts
{
    /// <summary>Outputs of one block of <see cref="FourByTwo"/>.</summary>
    public const int Outputs = 4;

    /// <summary>
    /// Four outputs by two vectors of positions: eight accumulators, two input vectors and a weight stay within the
    /// sixteen registers of AVX2, and eight multiply-adds follow from six loads.
    /// </summary>
    public static void FourByTwo<L, TI, TF>(int* x0, int* x1, int* offsets, int* weights, int steps, int* start, SumRows sums)
        where L : struct, ILanes<TI, TF>
        where TI : unmanaged
        where TF : unmanaged
    {
        TI a0 = L.Broadcast(start[0]), a1 = L.Broadcast(start[1]), a2 = L.Broadcast(start[2]), a3 = L.Broadcast(start[3]);
        TI b0 = a0, b1 = a1, b2 = a2, b3 = a3;
        for (int* end = offsets + steps; offsets < end; offsets++, weights += Outputs)
        {
            nint o = *offsets;
            TI u = L.Load(x0 + o), v = L.Load(x1 + o);
            TI w = L.Broadcast(weights[0]);
            a0 = L.Add(a0, L.MultiplyAddPairs(u, w));
            b0 = L.Add(b0, L.MultiplyAddPairs(v, w));
            w = L.Broadcast(weights[1]);
            a1 = L.Add(a1, L.MultiplyAddPairs(u, w));
            b1 = L.Add(b1, L.MultiplyAddPairs(v, w));
            w = L.Broadcast(weights[2]);
            a2 = L.Add(a2, L.MultiplyAddPairs(u, w));
            b2 = L.Add(b2, L.MultiplyAddPairs(v, w));
            w = L.Broadcast(weights[3]);
            a3 = L.Add(a3, L.MultiplyAddPairs(u, w));
            b3 = L.Add(b3, L.MultiplyAddPairs(v, w));
        }
        int* acc = sums.First;
        L.Store(acc, a0);
        L.Store(acc + L.Count, b0);
        acc += sums.Stride;
        L.Store(acc, a1);
        L.Store(acc + L.Count, b1);
        acc += sums.Stride;
        L.Store(acc, a2);
        L.Store(acc + L.Count, b2);
        acc += sums.Stride;
        L.Store(acc, a3);
        L.Store(acc + L.Count, b3);
    }

    /// <summary>One output by two vectors of positions: depthwise convolutions, where every channel has its own input.</summary>
    public static void OneByTwo<L, TI, TF>(int* x0, int* x1, int* offsets, int* weights, int steps, int start, int* acc)
        where L : struct, ILanes<TI, TF>
        where TI : unmanaged
        where TF : unmanaged
    {
        TI a = L.Broadcast(start);
        TI b = a;
        for (int* end = offsets + steps; offsets < end; offsets++, weights++)
        {
            nint o = *offsets;
            TI w = L.Broadcast(*weights);
            a = L.Add(a, L.MultiplyAddPairs(L.Load(x0 + o), w));
            b = L.Add(b, L.MultiplyAddPairs(L.Load(x1 + o), w));
        }
        L.Store(acc, a);
        L.Store(acc + L.Count, b);
    }
}
