using System.Runtime.CompilerServices;
using Cim.Runtime.Simd;

namespace Cim.Runtime.RandomNumbers;

/// <summary>
/// Standard normals from 32 + 32 random bits per lane by the Box-Muller transform. Logarithm and cosine are polynomials in
/// basic float operations, so that every vector width and every machine gives the same bits. The radius has 24 bits: |z| is
/// at most 5.77.
/// </summary>
internal static class Gaussian
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TF Transform<L, TI, TF>(TI radiusBits, TI angleBits)
        where L : struct, ILanes<TI, TF>
        where TI : unmanaged
        where TF : unmanaged => L.MultiplyF(Radius<L, TI, TF>(radiusBits), CosineOfTurn<L, TI, TF>(angleBits));

    /// <summary>Two independent normals of one radius and angle.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Transform<L, TI, TF>(TI radiusBits, TI angleBits, out TF first, out TF second)
        where L : struct, ILanes<TI, TF>
        where TI : unmanaged
        where TF : unmanaged
    {
        TF radius = Radius<L, TI, TF>(radiusBits);
        first = L.MultiplyF(radius, CosineOfTurn<L, TI, TF>(angleBits));
        // A quarter turn further: the sine.
        second = L.MultiplyF(radius, CosineOfTurn<L, TI, TF>(L.Add(angleBits, L.Broadcast(unchecked((int)0xC0000000)))));
    }

    /// <summary>
    /// 32 random bits for each of consecutive counters (a two-round multiply-xorshift hash, "lowbias32"). Not <see cref="SplitMix.Mix"/>:
    /// lanes have 32 bits, and products of 64 are slow or missing on most processors.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TI Hash<L, TI, TF>(TI counter, int key)
        where L : struct, ILanes<TI, TF>
        where TI : unmanaged
        where TF : unmanaged
    {
        TI x = L.Add(L.MultiplyLow(counter, L.Broadcast(unchecked((int)0x9E3779B1))), L.Broadcast(key));
        x = L.Xor(x, L.ShiftRightLogical(x, 16));
        x = L.MultiplyLow(x, L.Broadcast(0x7FEB352D));
        x = L.Xor(x, L.ShiftRightLogical(x, 15));
        x = L.MultiplyLow(x, L.Broadcast(unchecked((int)0x846CA68B)));
        return L.Xor(x, L.ShiftRightLogical(x, 16));
    }

    // sqrt(-2 ln u), u uniform on (0, 1] in steps of 2^-24.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TF Radius<L, TI, TF>(TI bits)
        where L : struct, ILanes<TI, TF>
        where TI : unmanaged
        where TF : unmanaged
    {
        TF u = L.MultiplyF(L.ToSingle(L.Add(L.ShiftRightLogical(bits, 8), L.Broadcast(1))), L.BroadcastF(1f / (1 << 24)));
        // u = 2^e * m with m in [sqrt(1/2), sqrt(2)); ln m by the polynomial of Cephes' logf.
        TI raw = L.Bits(u);
        TI e = L.ShiftRight(L.Subtract(raw, L.Broadcast(0x3F3504F3)), 23);
        TF m = L.FromBits(L.Subtract(raw, L.ShiftLeft(e, 23)));
        TF x = L.AddF(m, L.BroadcastF(-1f));
        TF p = L.BroadcastF(7.0376836292e-2f);
        p = L.FusedF(p, x, L.BroadcastF(-1.1514610310e-1f));
        p = L.FusedF(p, x, L.BroadcastF(1.1676998740e-1f));
        p = L.FusedF(p, x, L.BroadcastF(-1.2420140846e-1f));
        p = L.FusedF(p, x, L.BroadcastF(1.4249322787e-1f));
        p = L.FusedF(p, x, L.BroadcastF(-1.6668057665e-1f));
        p = L.FusedF(p, x, L.BroadcastF(2.0000714765e-1f));
        p = L.FusedF(p, x, L.BroadcastF(-2.4999993993e-1f));
        p = L.FusedF(p, x, L.BroadcastF(3.3333331174e-1f));
        TF xx = L.MultiplyF(x, x);
        TF ln = L.FusedF(L.MultiplyF(p, x), xx, L.FusedF(xx, L.BroadcastF(-0.5f), x));
        ln = L.FusedF(L.ToSingle(e), L.BroadcastF(0.69314718056f), ln);
        return L.SqrtF(L.MaxF(L.MultiplyF(ln, L.BroadcastF(-2f)), L.BroadcastF(0f)));
    }

    // cos(2 pi v), v = bits / 2^32: with w = |2 v - 1| it is sin(pi/2 * (2 w - 1)), an odd polynomial (Taylor to degree 11, 6e-8).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TF CosineOfTurn<L, TI, TF>(TI bits)
        where L : struct, ILanes<TI, TF>
        where TI : unmanaged
        where TF : unmanaged
    {
        TF v = L.MultiplyF(L.ToSingle(L.ShiftRightLogical(bits, 8)), L.BroadcastF(2f / (1 << 24)));
        v = L.AddF(v, L.BroadcastF(-1f));
        TF w = L.FromBits(L.And(L.Bits(v), L.Broadcast(0x7FFFFFFF)));
        TF y = L.FusedF(w, L.BroadcastF(2f), L.BroadcastF(-1f));
        TF yy = L.MultiplyF(y, y);
        TF p = L.BroadcastF(-3.5988432352e-6f);
        p = L.FusedF(p, yy, L.BroadcastF(1.6044118479e-4f));
        p = L.FusedF(p, yy, L.BroadcastF(-4.6817541353e-3f));
        p = L.FusedF(p, yy, L.BroadcastF(7.9692626246e-2f));
        p = L.FusedF(p, yy, L.BroadcastF(-6.4596409751e-1f));
        p = L.FusedF(p, yy, L.BroadcastF(1.5707963268f));
        return L.MultiplyF(p, y);
    }
}
