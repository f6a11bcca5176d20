using System.Numerics;
using System.Runtime.Intrinsics;

namespace Cim.Runtime.Operators.Elementwise;

internal readonly struct Add<T> : IBinaryFunction<T> where T : unmanaged, INumber<T>
{
    public static bool IsVectorized => true;

    public static T Invoke(T a, T b) => unchecked(a + b);

    public static Vector256<T> Invoke(Vector256<T> a, Vector256<T> b) => a + b;
}

internal readonly struct Subtract<T> : IBinaryFunction<T> where T : unmanaged, INumber<T>
{
    public static bool IsVectorized => true;

    public static T Invoke(T a, T b) => unchecked(a - b);

    public static Vector256<T> Invoke(Vector256<T> a, Vector256<T> b) => a - b;
}

internal readonly struct Multiply<T> : IBinaryFunction<T> where T : unmanaged, INumber<T>
{
    public static bool IsVectorized => typeof(T) == typeof(float) || typeof(T) == typeof(int);

    public static T Invoke(T a, T b) => unchecked(a * b);

    public static Vector256<T> Invoke(Vector256<T> a, Vector256<T> b) => a * b;
}

/// <summary>Integers are divided towards zero.</summary>
internal readonly struct Divide<T> : IBinaryFunction<T> where T : unmanaged, INumber<T>
{
    public static bool IsVectorized => typeof(T) == typeof(float);

    public static T Invoke(T a, T b)
    {
        if (typeof(T) == typeof(float)) return a / b;
        if (T.IsZero(b)) throw new CimException(ErrorCodes.InvalidGraph, "Div: an integer is divided by zero.");
        return b == -T.One ? unchecked(T.Zero - a) : a / b; // the smallest integer over -1 would trap
    }

    public static Vector256<T> Invoke(Vector256<T> a, Vector256<T> b) => a / b;
}

/// <summary>The larger; NaN if either is NaN.</summary>
internal readonly struct Maximum<T> : IBinaryFunction<T> where T : unmanaged, INumber<T>
{
    public static bool IsVectorized => true;

    public static T Invoke(T a, T b) => a >= b || T.IsNaN(a) ? a : b;

    public static Vector256<T> Invoke(Vector256<T> a, Vector256<T> b) => typeof(T) == typeof(float)
        ? Vector256.ConditionalSelect(Vector256.GreaterThanOrEqual(a, b) | ~Vector256.Equals(a, a), a, b)
        : Vector256.Max(a, b);
}

/// <summary>The smaller; NaN if either is NaN.</summary>
internal readonly struct Minimum<T> : IBinaryFunction<T> where T : unmanaged, INumber<T>
{
    public static bool IsVectorized => true;

    public static T Invoke(T a, T b) => a <= b || T.IsNaN(a) ? a : b;

    public static Vector256<T> Invoke(Vector256<T> a, Vector256<T> b) => typeof(T) == typeof(float)
        ? Vector256.ConditionalSelect(Vector256.LessThanOrEqual(a, b) | ~Vector256.Equals(a, a), a, b)
        : Vector256.Min(a, b);
}

/// <summary>a if a is not negative, else slope b times a.</summary>
internal readonly struct ParametricRelu<T> : IBinaryFunction<T> where T : unmanaged, INumber<T>
{
    public static bool IsVectorized => typeof(T) == typeof(float);

    public static T Invoke(T a, T b) => a < T.Zero ? unchecked(a * b) : a;

    public static Vector256<T> Invoke(Vector256<T> a, Vector256<T> b) =>
        Vector256.ConditionalSelect(Vector256.LessThan(a, Vector256<T>.Zero), a * b, a);
}

/// <summary>Remainder with the sign of the divisor (ONNX Mod with fmod = 0).</summary>
internal readonly struct FloorModulo<T> : IBinaryFunction<T> where T : unmanaged, INumber<T>
{
    public static bool IsVectorized => false;

    public static T Invoke(T a, T b)
    {
        T r = TruncatedModulo<T>.Invoke(a, b);
        return !T.IsZero(r) && T.IsNegative(r) != T.IsNegative(b) ? r + b : r;
    }

    public static Vector256<T> Invoke(Vector256<T> a, Vector256<T> b) => throw new NotSupportedException();
}

/// <summary>Remainder with the sign of the dividend (ONNX Mod with fmod = 1).</summary>
internal readonly struct TruncatedModulo<T> : IBinaryFunction<T> where T : unmanaged, INumber<T>
{
    public static bool IsVectorized => false;

    public static T Invoke(T a, T b)
    {
        if (typeof(T) == typeof(float)) return a % b;
        if (T.IsZero(b)) throw new CimException(ErrorCodes.InvalidGraph, "Mod: an integer is divided by zero.");
        return b == -T.One ? T.Zero : a % b;
    }

    public static Vector256<T> Invoke(Vector256<T> a, Vector256<T> b) => throw new NotSupportedException();
}
