using System.Runtime.Intrinsics;

namespace Cim.Runtime.Operators.Elementwise;

/// <summary>A function of two numbers and its vector twin, which must give the same bits lane by lane.</summary>
internal interface IBinaryFunction<T> where T : unmanaged
{
    /// <summary>False if only the scalar form exists.</summary>
    static abstract bool IsVectorized { get; }

    static abstract T Invoke(T a, T b);

    static abstract Vector256<T> Invoke(Vector256<T> a, Vector256<T> b);
}
