namespace Cim.Runtime.Simd;

/// <summary>
/// The few vector operations the kernels are written in, for one vector width. Kernels are generic methods over a
/// <see cref="ILanes{TI, TF}"/> struct, so that one body serves every width and the JIT specialises it; a new
/// instruction set is a new implementation of this interface.
/// </summary>
/// <typeparam name="TI">A vector of 32-bit integers.</typeparam>
/// <typeparam name="TF">A vector of 32-bit floats with as many lanes.</typeparam>
internal unsafe interface ILanes<TI, TF>
    where TI : unmanaged
    where TF : unmanaged
{
    /// <summary>32-bit lanes of a vector.</summary>
    static abstract int Count { get; }

    static abstract TI Load(int* p);

    static abstract void Store(int* p, TI v);

    static abstract TI Broadcast(int v);

    static abstract TI Add(TI a, TI b);

    static abstract TI Subtract(TI a, TI b);

    static abstract TI And(TI a, TI b);

    static abstract TI Xor(TI a, TI b);

    static abstract TI MinI(TI a, TI b);

    static abstract TI MaxI(TI a, TI b);

    /// <summary>The low 32 bits of the product.</summary>
    static abstract TI MultiplyLow(TI a, TI b);

    static abstract TI ShiftLeft(TI v, int bits);

    static abstract TI ShiftRight(TI v, int bits);

    static abstract TI ShiftRightLogical(TI v, int bits);

    /// <summary>Each lane is a pair of 16-bit integers: low*low + high*high in 32 bits (vpmaddwd).</summary>
    static abstract TI MultiplyAddPairs(TI x, TI w);

    /// <summary>Zero-extends <see cref="Count"/> bytes.</summary>
    static abstract TI WidenUnsigned(byte* p);

    /// <summary>Sign-extends <see cref="Count"/> bytes.</summary>
    static abstract TI WidenSigned(byte* p);

    /// <summary>The low 16 bits of each lane of both, as pairs.</summary>
    static abstract TI Pair(TI low, TI high);

    /// <summary>Stores the low byte of each lane.</summary>
    static abstract void StoreBytes(byte* p, TI v);

    /// <summary>The sum of all lanes, modulo 2^32.</summary>
    static abstract int Sum(TI v);

    static abstract TF LoadF(float* p);

    static abstract void StoreF(float* p, TF v);

    static abstract TF BroadcastF(float v);

    /// <summary>Rounds half to even.</summary>
    static abstract TF ToSingle(TI v);

    static abstract TF AddF(TF a, TF b);

    static abstract TF MultiplyF(TF a, TF b);

    static abstract TF DivideF(TF a, TF b);

    /// <summary>a * b + c with one rounding.</summary>
    static abstract TF FusedF(TF a, TF b, TF c);

    /// <summary>a where a is less than b, else (equal, or one of them is no number) b.</summary>
    static abstract TF MinF(TF a, TF b);

    /// <summary>a where a is greater than b, else (equal, or one of them is no number) b.</summary>
    static abstract TF MaxF(TF a, TF b);

    static abstract TF SqrtF(TF v);

    /// <summary>Nearest integer, half to even; within 32 bits.</summary>
    static abstract TI RoundToInt(TF v);

    /// <summary>The bits of the floats.</summary>
    static abstract TI Bits(TF v);

    /// <summary>The floats of these bits.</summary>
    static abstract TF FromBits(TI v);
}

/// <summary>Operations every width composes in the same way.</summary>
internal static class Lanes
{
    /// <summary>1.5 * 2^23: adding it leaves the nearest integer (half to even) in the low mantissa bits.</summary>
    private const float Magic = 12582912f;

    /// <summary>Nearest integer, half to even, for |v| below 2^22.</summary>
    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.AggressiveInlining)]
    public static TI RoundSmall<L, TI, TF>(TF v)
        where L : struct, ILanes<TI, TF>
        where TI : unmanaged
        where TF : unmanaged =>
        L.Subtract(L.Bits(L.AddF(v, L.BroadcastF(Magic))), L.Broadcast(BitConverter.SingleToInt32Bits(Magic)));
}
