using Cim.Runtime.Simd;

namespace Cim.Runtime.Crossbar.Kernels;

/// <summary><see cref="PairProducts"/> of 32-bit integers and inputs of one bit, given as masks.</summary>
internal static unsafe class MaskProducts
{
    /// <summary>Four outputs by two vectors of positions, from a start per output; results [output][2 vectors].</summary>
    public static void FourByTwo<L, TI, TF>(int* x0, int* x1, int* offsets, int* weights, int steps, int* start, int* sums)
        where L : struct, ILanes<TI, TF>
        where TI : unmanaged
        where TF : unmanaged
    {
        TI a0 = L.Broadcast(start[0]), a1 = L.Broadcast(start[1]), a2 = L.Broadcast(start[2]), a3 = L.Broadcast(start[3]);
        TI b0 = a0, b1 = a1, b2 = a2, b3 = a3;
        for (int* end = offsets + steps; offsets < end; offsets++, weights += PairProducts.Outputs)
        {
            nint o = *offsets;
            TI u = L.Load(x0 + o), v = L.Load(x1 + o);
            TI w = L.Broadcast(weights[0]);
            a0 = L.Add(a0, L.And(u, w));
            b0 = L.Add(b0, L.And(v, w));
            w = L.Broadcast(weights[1]);
            a1 = L.Add(a1, L.And(u, w));
            b1 = L.Add(b1, L.And(v, w));
            w = L.Broadcast(weights[2]);
            a2 = L.Add(a2, L.And(u, w));
            b2 = L.Add(b2, L.And(v, w));
            w = L.Broadcast(weights[3]);
            a3 = L.Add(a3, L.And(u, w));
            b3 = L.Add(b3, L.And(v, w));
        }
        L.Store(sums, a0);
        L.Store(sums + L.Count, b0);
        L.Store(sums + (2 * L.Count), a1);
        L.Store(sums + (3 * L.Count), b1);
        L.Store(sums + (4 * L.Count), a2);
        L.Store(sums + (5 * L.Count), b2);
        L.Store(sums + (6 * L.Count), a3);
        L.Store(sums + (7 * L.Count), b3);
    }
}
