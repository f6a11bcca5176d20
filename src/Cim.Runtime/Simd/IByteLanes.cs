using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Cim.Runtime.Simd;

/// <summary>Products of bytes whose sums of two are pairs of 16 bits, for one vector width.</summary>
/// <typeparam name="TI">A vector of 32-bit integers.</typeparam>
internal interface IByteLanes<TI>
    where TI : unmanaged
{
    /// <summary>Each pair of 16 bits is x*w + x*w of two neighbouring bytes, x without a sign; saturates (vpmaddubsw).</summary>
    static abstract TI MultiplyAddBytes(TI x, TI w);

    /// <summary>Adds pairs of 16 bits.</summary>
    static abstract TI AddPairs(TI a, TI b);

    /// <summary>The sums of all lanes of four vectors, modulo 2^32.</summary>
    static abstract Vector128<int> Sums(TI a, TI b, TI c, TI d);
}

/// <summary>AVX2.</summary>
internal readonly struct Bytes256 : IByteLanes<Vector256<int>>
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> MultiplyAddBytes(Vector256<int> x, Vector256<int> w) =>
        Avx2.MultiplyAddAdjacent(x.AsByte(), w.AsSByte()).AsInt32();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> AddPairs(Vector256<int> a, Vector256<int> b) => (a.AsInt16() + b.AsInt16()).AsInt32();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Sums(Vector256<int> a, Vector256<int> b, Vector256<int> c, Vector256<int> d)
    {
        Vector256<int> halves = Avx2.HorizontalAdd(Avx2.HorizontalAdd(a, b), Avx2.HorizontalAdd(c, d));
        return halves.GetLower() + halves.GetUpper();
    }
}

/// <summary>AVX-512 BW.</summary>
internal readonly struct Bytes512 : IByteLanes<Vector512<int>>
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> MultiplyAddBytes(Vector512<int> x, Vector512<int> w) =>
        Avx512BW.MultiplyAddAdjacent(x.AsByte(), w.AsSByte()).AsInt32();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> AddPairs(Vector512<int> a, Vector512<int> b) => (a.AsInt16() + b.AsInt16()).AsInt32();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Sums(Vector512<int> a, Vector512<int> b, Vector512<int> c, Vector512<int> d) => Bytes256.Sums(
        a.GetLower() + a.GetUpper(), b.GetLower() + b.GetUpper(), c.GetLower() + c.GetUpper(), d.GetLower() + d.GetUpper());
}
