using System.Runtime.CompilerServices;
using Cim.Runtime.Simd;

namespace Cim.Runtime.RandomNumbers;

/// <summary>
/// Two standard normals a lane for read noise, of which a layer needs one per column, position and conversion: the Box-Muller
/// transform of 32 bits hashed from a counter and two keys. Polynomials are off by less than 5e-5 (analog noise is known to far
/// fewer digits) and, as basic float operations, have the same bits on every vector width. |z| is at most 5.77.
/// </summary>
internal static class NormalPairs
{
    /// <summary>The counter of a position, hashed once for all columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TI Counter<L, TI, TF>(TI position, int imageKey)
        where L : struct, ILanes<TI, TF>
        where TI : unmanaged
        where TF : unmanaged => Gaussian.Hash<L, TI, TF>(position, imageKey);

    /// <summary>The pair of a column's two conversions.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Draw<L, TI, TF>(TI counter, int radiusKey, int angleKey, out TF first, out TF second)
        where L : struct, ILanes<TI, TF>
        where TI : unmanaged
        where TF : unmanaged
    {
        TI x = L.Add(counter, L.Broadcast(radiusKey));
        x = L.MultiplyLow(L.Xor(x, L.ShiftRightLogical(x, 16)), L.Broadcast(0x7FEB352D));
        x = L.MultiplyLow(L.Xor(x, L.ShiftRightLogical(x, 15)), L.Broadcast(unchecked((int)0x846CA68B)));
        // The radius takes the upper 24 bits; the angle is hashed once more from all of them.
        TI angle = L.MultiplyLow(
            L.Add(L.Xor(x, L.ShiftRightLogical(x, 16)), L.Broadcast(angleKey)), L.Broadcast(unchecked((int)0x9E3779B1)));
        TF radius = Radius<L, TI, TF>(x);
        // An angle within an eighth of a turn either way, its cosine of either sign, and the two in either order: all of the circle.
        TF t = L.MultiplyF(L.ToSingle(L.ShiftLeft(angle, 2)), L.BroadcastF(1f / (1u << 31)));
        TF tt = L.MultiplyF(t, t);
        TF sine = L.FusedF(L.FusedF(L.BroadcastF(2.4360946845e-3f), tt, L.BroadcastF(-8.0725230277e-2f)), tt, L.BroadcastF(0.78539705276f));
        sine = L.MultiplyF(sine, t);
        TF cosine = L.FusedF(L.FusedF(L.BroadcastF(1.5371815301e-2f), tt, L.BroadcastF(-0.30824509263f)), tt, L.BroadcastF(0.99999004602f));
        TI c = L.Xor(L.Bits(cosine), L.And(angle, L.Broadcast(int.MinValue))), s = L.Bits(sine);
        TI swap = L.And(L.Xor(c, s), L.ShiftRight(L.ShiftLeft(angle, 1), 31));
        first = L.MultiplyF(radius, L.FromBits(L.Xor(c, swap)));
        second = L.MultiplyF(radius, L.FromBits(L.Xor(s, swap)));
    }

    // sqrt(-2 ln u), u uniform on (0, 1] in steps of 2^-24: u = 2^(e - 24) * (1 + x), 1 + x in [sqrt(1/2), sqrt(2)).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TF Radius<L, TI, TF>(TI bits)
        where L : struct, ILanes<TI, TF>
        where TI : unmanaged
        where TF : unmanaged
    {
        const int Half = 0x3F3504F3, Mantissa = (1 << 23) - 1;
        TF u = L.ToSingle(L.Add(L.ShiftRightLogical(bits, 8), L.Broadcast(1)));
        TI raw = L.Subtract(L.Bits(u), L.Broadcast(Half + (24 << 23)));
        TF e = L.ToSingle(L.ShiftRight(raw, 23));
        TF x = L.AddF(L.FromBits(L.Add(L.And(raw, L.Broadcast(Mantissa)), L.Broadcast(Half))), L.BroadcastF(-1f));
        TF p = L.FusedF(L.BroadcastF(0.28583851457f), x, L.BroadcastF(-0.44111841917f));
        p = L.FusedF(p, x, L.BroadcastF(0.50806587934f));
        p = L.FusedF(p, x, L.BroadcastF(-0.66516053677f));
        p = L.FusedF(p, x, L.BroadcastF(0.99980431795f));
        p = L.FusedF(p, x, L.BroadcastF(-2.0000090599f));
        return L.SqrtF(L.FusedF(e, L.BroadcastF(-1.3862943611f), L.MultiplyF(p, x)));
    }
}
