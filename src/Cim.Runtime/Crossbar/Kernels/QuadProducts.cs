using System.Runtime.Intrinsics;
using Cim.Runtime.Simd;

namespace Cim.Runtime.Crossbar.Kernels;

/// <summary>
/// As <see cref="PairProducts"/>, with four bytes a lane: inputs without a sign, weights with one. Half the steps, and half the memory of
/// inputs.
/// </summary>
internal static unsafe class QuadProducts
{
    /// <summary>
    /// Four outputs by two vectors of positions, in 16 bits for as many steps as cannot leave them, then in 32.
    /// </summary>
    /// <param name="x0">The first vector of positions.</param>
    /// <param name="x1">The second one.</param>
    /// <param name="steps">The steps.</param>
    /// <param name="together">Steps that are added in 16 bits.</param>
    /// <param name="start">What the sums start with.</param>
    /// <param name="sums">Where they go.</param>
    public static void FourByTwo<B, L, TI, TF>(int* x0, int* x1, in Steps steps, int together, int* start, SumRows sums)
        where B : struct, IByteLanes<TI>
        where L : struct, ILanes<TI, TF>
        where TI : unmanaged
        where TF : unmanaged
    {
        TI a0 = L.Broadcast(start[0]), a1 = L.Broadcast(start[1]), a2 = L.Broadcast(start[2]), a3 = L.Broadcast(start[3]);
        TI b0 = a0, b1 = a1, b2 = a2, b3 = a3, ones = L.Broadcast(0x00010001);
        int* offsets = steps.Offsets, weights = steps.Weights, last = offsets + steps.Count;
        while (offsets < last)
        {
            int* end = last - offsets > together ? offsets + together : last;
            TI c0 = L.Broadcast(0), c1 = c0, c2 = c0, c3 = c0, d0 = c0, d1 = c0, d2 = c0, d3 = c0;
            for (; offsets < end; offsets++, weights += PairProducts.Outputs)
            {
                nint o = *offsets;
                TI u = L.Load(x0 + o), v = L.Load(x1 + o);
                TI w = L.Broadcast(weights[0]);
                c0 = B.AddPairs(c0, B.MultiplyAddBytes(u, w));
                d0 = B.AddPairs(d0, B.MultiplyAddBytes(v, w));
                w = L.Broadcast(weights[1]);
                c1 = B.AddPairs(c1, B.MultiplyAddBytes(u, w));
                d1 = B.AddPairs(d1, B.MultiplyAddBytes(v, w));
                w = L.Broadcast(weights[2]);
                c2 = B.AddPairs(c2, B.MultiplyAddBytes(u, w));
                d2 = B.AddPairs(d2, B.MultiplyAddBytes(v, w));
                w = L.Broadcast(weights[3]);
                c3 = B.AddPairs(c3, B.MultiplyAddBytes(u, w));
                d3 = B.AddPairs(d3, B.MultiplyAddBytes(v, w));
            }

            a0 = L.Add(a0, L.MultiplyAddPairs(c0, ones));
            a1 = L.Add(a1, L.MultiplyAddPairs(c1, ones));
            a2 = L.Add(a2, L.MultiplyAddPairs(c2, ones));
            a3 = L.Add(a3, L.MultiplyAddPairs(c3, ones));
            b0 = L.Add(b0, L.MultiplyAddPairs(d0, ones));
            b1 = L.Add(b1, L.MultiplyAddPairs(d1, ones));
            b2 = L.Add(b2, L.MultiplyAddPairs(d2, ones));
            b3 = L.Add(b3, L.MultiplyAddPairs(d3, ones));
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

    /// <summary>The same for four vectors of 256 bits.</summary>
    public static void FourByHalves(int** x, in Steps steps, int together, int* start, SumRows sums)
    {
        int* x0 = x[0], x1 = x[1], x2 = x[2], x3 = x[3];
        Vector512<int> a0 = Vector512.Create(start[0]), a1 = Vector512.Create(start[1]), a2 = Vector512.Create(start[2]);
        Vector512<int> a3 = Vector512.Create(start[3]), b0 = a0, b1 = a1, b2 = a2, b3 = a3, ones = Vector512.Create(0x00010001);
        int* offsets = steps.Offsets, weights = steps.Weights, last = offsets + steps.Count;
        while (offsets < last)
        {
            int* end = last - offsets > together ? offsets + together : last;
            Vector512<int> c0 = Vector512<int>.Zero, c1 = c0, c2 = c0, c3 = c0, d0 = c0, d1 = c0, d2 = c0, d3 = c0;
            for (; offsets < end; offsets++, weights += PairProducts.Outputs)
            {
                nint o = *offsets;
                Vector512<int> u = Vector512.Create(Vector256.Load(x0 + o), Vector256.Load(x1 + o));
                Vector512<int> v = Vector512.Create(Vector256.Load(x2 + o), Vector256.Load(x3 + o));
                Vector512<int> w = Vector512.Create(weights[0]);
                c0 = Bytes512.AddPairs(c0, Bytes512.MultiplyAddBytes(u, w));
                d0 = Bytes512.AddPairs(d0, Bytes512.MultiplyAddBytes(v, w));
                w = Vector512.Create(weights[1]);
                c1 = Bytes512.AddPairs(c1, Bytes512.MultiplyAddBytes(u, w));
                d1 = Bytes512.AddPairs(d1, Bytes512.MultiplyAddBytes(v, w));
                w = Vector512.Create(weights[2]);
                c2 = Bytes512.AddPairs(c2, Bytes512.MultiplyAddBytes(u, w));
                d2 = Bytes512.AddPairs(d2, Bytes512.MultiplyAddBytes(v, w));
                w = Vector512.Create(weights[3]);
                c3 = Bytes512.AddPairs(c3, Bytes512.MultiplyAddBytes(u, w));
                d3 = Bytes512.AddPairs(d3, Bytes512.MultiplyAddBytes(v, w));
            }

            a0 = Lanes512.Add(a0, Lanes512.MultiplyAddPairs(c0, ones));
            a1 = Lanes512.Add(a1, Lanes512.MultiplyAddPairs(c1, ones));
            a2 = Lanes512.Add(a2, Lanes512.MultiplyAddPairs(c2, ones));
            a3 = Lanes512.Add(a3, Lanes512.MultiplyAddPairs(c3, ones));
            b0 = Lanes512.Add(b0, Lanes512.MultiplyAddPairs(d0, ones));
            b1 = Lanes512.Add(b1, Lanes512.MultiplyAddPairs(d1, ones));
            b2 = Lanes512.Add(b2, Lanes512.MultiplyAddPairs(d2, ones));
            b3 = Lanes512.Add(b3, Lanes512.MultiplyAddPairs(d3, ones));
        }

        int* acc = sums.First;
        a0.Store(acc);
        b0.Store(acc + 16);
        acc += sums.Stride;
        a1.Store(acc);
        b1.Store(acc + 16);
        acc += sums.Stride;
        a2.Store(acc);
        b2.Store(acc + 16);
        acc += sums.Stride;
        a3.Store(acc);
        b3.Store(acc + 16);
    }
}
