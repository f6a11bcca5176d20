using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Cim.Runtime.Simd;

/// <summary>Two vectors of AVX2.</summary>
internal readonly record struct TwoInts(Vector256<int> A, Vector256<int> B);

/// <summary>Two vectors of AVX2.</summary>
internal readonly record struct TwoFloats(Vector256<float> A, Vector256<float> B);

/// <summary>
/// Sixteen lanes: two vectors of AVX2 in lockstep. For long dependent formulas, of which the processor would otherwise see the
/// second vector too late to work on both at once.
/// </summary>
internal readonly unsafe struct LanesTwice256 : ILanes<TwoInts, TwoFloats>
{
    private const int Half = 8;

    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 2 * Half;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoInts Load(int* p) => new(Vector256.Load(p), Vector256.Load(p + Half));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(int* p, TwoInts v)
    {
        v.A.Store(p);
        v.B.Store(p + Half);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoInts Broadcast(int v) => new(Vector256.Create(v), Vector256.Create(v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoInts Add(TwoInts a, TwoInts b) => new(Lanes256.Add(a.A, b.A), Lanes256.Add(a.B, b.B));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoInts Subtract(TwoInts a, TwoInts b) => new(Lanes256.Subtract(a.A, b.A), Lanes256.Subtract(a.B, b.B));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoInts And(TwoInts a, TwoInts b) => new(Lanes256.And(a.A, b.A), Lanes256.And(a.B, b.B));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoInts Xor(TwoInts a, TwoInts b) => new(Lanes256.Xor(a.A, b.A), Lanes256.Xor(a.B, b.B));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoInts MinI(TwoInts a, TwoInts b) => new(Lanes256.MinI(a.A, b.A), Lanes256.MinI(a.B, b.B));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoInts MaxI(TwoInts a, TwoInts b) => new(Lanes256.MaxI(a.A, b.A), Lanes256.MaxI(a.B, b.B));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoInts MultiplyLow(TwoInts a, TwoInts b) => new(Lanes256.MultiplyLow(a.A, b.A), Lanes256.MultiplyLow(a.B, b.B));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoInts MultiplyAddPairs(TwoInts x, TwoInts w) =>
        new(Lanes256.MultiplyAddPairs(x.A, w.A), Lanes256.MultiplyAddPairs(x.B, w.B));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoInts Pair(TwoInts low, TwoInts high) => new(Lanes256.Pair(low.A, high.A), Lanes256.Pair(low.B, high.B));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoInts ShiftLeft(TwoInts v, int bits) => new(Lanes256.ShiftLeft(v.A, bits), Lanes256.ShiftLeft(v.B, bits));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoInts ShiftRight(TwoInts v, int bits) => new(Lanes256.ShiftRight(v.A, bits), Lanes256.ShiftRight(v.B, bits));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoInts ShiftRightLogical(TwoInts v, int bits) =>
        new(Lanes256.ShiftRightLogical(v.A, bits), Lanes256.ShiftRightLogical(v.B, bits));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoInts WidenUnsigned(byte* p) => new(Lanes256.WidenUnsigned(p), Lanes256.WidenUnsigned(p + Half));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoInts WidenSigned(byte* p) => new(Lanes256.WidenSigned(p), Lanes256.WidenSigned(p + Half));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreBytes(byte* p, TwoInts v)
    {
        Lanes256.StoreBytes(p, v.A);
        Lanes256.StoreBytes(p + Half, v.B);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Sum(TwoInts v) => unchecked(Lanes256.Sum(v.A) + Lanes256.Sum(v.B));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoFloats LoadF(float* p) => new(Vector256.Load(p), Vector256.Load(p + Half));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreF(float* p, TwoFloats v)
    {
        v.A.Store(p);
        v.B.Store(p + Half);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoFloats BroadcastF(float v) => new(Vector256.Create(v), Vector256.Create(v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoFloats ToSingle(TwoInts v) => new(Lanes256.ToSingle(v.A), Lanes256.ToSingle(v.B));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoFloats AddF(TwoFloats a, TwoFloats b) => new(Lanes256.AddF(a.A, b.A), Lanes256.AddF(a.B, b.B));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoFloats MultiplyF(TwoFloats a, TwoFloats b) => new(Lanes256.MultiplyF(a.A, b.A), Lanes256.MultiplyF(a.B, b.B));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoFloats DivideF(TwoFloats a, TwoFloats b) => new(Lanes256.DivideF(a.A, b.A), Lanes256.DivideF(a.B, b.B));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoFloats MinF(TwoFloats a, TwoFloats b) => new(Lanes256.MinF(a.A, b.A), Lanes256.MinF(a.B, b.B));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoFloats MaxF(TwoFloats a, TwoFloats b) => new(Lanes256.MaxF(a.A, b.A), Lanes256.MaxF(a.B, b.B));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoFloats FusedF(TwoFloats a, TwoFloats b, TwoFloats c) =>
        new(Lanes256.FusedF(a.A, b.A, c.A), Lanes256.FusedF(a.B, b.B, c.B));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoFloats SqrtF(TwoFloats v) => new(Lanes256.SqrtF(v.A), Lanes256.SqrtF(v.B));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoInts RoundToInt(TwoFloats v) => new(Lanes256.RoundToInt(v.A), Lanes256.RoundToInt(v.B));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoInts Bits(TwoFloats v) => new(v.A.AsInt32(), v.B.AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoFloats FromBits(TwoInts v) => new(v.A.AsSingle(), v.B.AsSingle());
}
