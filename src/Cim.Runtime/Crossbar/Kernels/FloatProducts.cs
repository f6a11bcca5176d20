using Cim.Runtime.Simd;

namespace Cim.Runtime.Crossbar.Kernels;

/// <summary><see cref="PairProducts"/> in floats: one fused multiply-add per step, in step order on every width.</summary>
internal static unsafe class FloatProducts
{
    /// <summary>Four outputs by two vectors of positions, from a start per output; results [output][2 vectors].</summary>
    public static void FourByTwo<L, TI, TF>(float* x0, float* x1, int* offsets, float* weights, int steps, float* start, float* sums)
        where L : struct, ILanes<TI, TF>
        where TI : unmanaged
        where TF : unmanaged
    {
        TF a0 = L.BroadcastF(start[0]), a1 = L.BroadcastF(start[1]), a2 = L.BroadcastF(start[2]), a3 = L.BroadcastF(start[3]);
        TF b0 = a0, b1 = a1, b2 = a2, b3 = a3;
        for (int* end = offsets + steps; offsets < end; offsets++, weights += PairProducts.Outputs)
        {
            nint o = *offsets;
            TF u = L.LoadF(x0 + o), v = L.LoadF(x1 + o);
            TF w = L.BroadcastF(weights[0]);
            a0 = L.FusedF(u, w, a0);
            b0 = L.FusedF(v, w, b0);
            w = L.BroadcastF(weights[1]);
            a1 = L.FusedF(u, w, a1);
            b1 = L.FusedF(v, w, b1);
            w = L.BroadcastF(weights[2]);
            a2 = L.FusedF(u, w, a2);
            b2 = L.FusedF(v, w, b2);
            w = L.BroadcastF(weights[3]);
            a3 = L.FusedF(u, w, a3);
            b3 = L.FusedF(v, w, b3);
        }
        L.StoreF(sums, a0);
        L.StoreF(sums + L.Count, b0);
        L.StoreF(sums + (2 * L.Count), a1);
        L.StoreF(sums + (3 * L.Count), b1);
        L.StoreF(sums + (4 * L.Count), a2);
        L.StoreF(sums + (5 * L.Count), b2);
        L.StoreF(sums + (6 * L.Count), a3);
        L.StoreF(sums + (7 * L.Count), b3);
    }
}
