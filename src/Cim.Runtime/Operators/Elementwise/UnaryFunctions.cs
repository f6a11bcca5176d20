using System.Runtime.Intrinsics;

namespace Cim.Runtime.Operators.Elementwise;

/// <summary>A function of one float and its vector twin, which must give the same bits lane by lane.</summary>
internal interface IUnaryFunction
{
    float Invoke(float x);

    Vector256<float> Invoke(Vector256<float> x);
}

internal readonly struct Relu : IUnaryFunction
{
    public float Invoke(float x) => x < 0 ? 0 : x;

    public Vector256<float> Invoke(Vector256<float> x) =>
        Vector256.ConditionalSelect(Vector256.LessThan(x, Vector256<float>.Zero), Vector256<float>.Zero, x);
}

internal readonly struct LeakyRelu(float alpha) : IUnaryFunction
{
    public float Invoke(float x) => x < 0 ? x * alpha : x;

    public Vector256<float> Invoke(Vector256<float> x) =>
        Vector256.ConditionalSelect(Vector256.LessThan(x, Vector256<float>.Zero), x * Vector256.Create(alpha), x);
}

internal readonly struct ThresholdedRelu(float alpha) : IUnaryFunction
{
    public float Invoke(float x) => x > alpha ? x : 0;

    public Vector256<float> Invoke(Vector256<float> x) =>
        Vector256.ConditionalSelect(Vector256.GreaterThan(x, Vector256.Create(alpha)), x, Vector256<float>.Zero);
}

/// <summary>x clamped to [low, high]; high wins where the limits cross, NaN stays NaN.</summary>
internal readonly struct Clamp(float low, float high) : IUnaryFunction
{
    public float Invoke(float x)
    {
        x = x < low ? low : x;
        return x > high ? high : x;
    }

    public Vector256<float> Invoke(Vector256<float> x)
    {
        Vector256<float> lo = Vector256.Create(low), hi = Vector256.Create(high);
        x = Vector256.ConditionalSelect(Vector256.LessThan(x, lo), lo, x);
        return Vector256.ConditionalSelect(Vector256.GreaterThan(x, hi), hi, x);
    }
}

internal readonly struct HardSigmoid(float alpha, float beta) : IUnaryFunction
{
    private static readonly Clamp _unit = new(0, 1);

    public float Invoke(float x) => _unit.Invoke((x * alpha) + beta);

    public Vector256<float> Invoke(Vector256<float> x) => _unit.Invoke((x * Vector256.Create(alpha)) + Vector256.Create(beta));
}

internal readonly struct HardSwish : IUnaryFunction
{
    private static readonly HardSigmoid _gate = new(1 / 6f, 0.5f);

    public float Invoke(float x) => x * _gate.Invoke(x);

    public Vector256<float> Invoke(Vector256<float> x) => x * _gate.Invoke(x);
}

internal readonly struct Negate : IUnaryFunction
{
    public float Invoke(float x) => -x;

    public Vector256<float> Invoke(Vector256<float> x) => -x;
}

internal readonly struct Absolute : IUnaryFunction
{
    public float Invoke(float x) => MathF.Abs(x);

    public Vector256<float> Invoke(Vector256<float> x) => Vector256.Abs(x);
}

internal readonly struct SquareRoot : IUnaryFunction
{
    public float Invoke(float x) => MathF.Sqrt(x);

    public Vector256<float> Invoke(Vector256<float> x) => Vector256.Sqrt(x);
}

internal readonly struct Reciprocal : IUnaryFunction
{
    public float Invoke(float x) => 1 / x;

    public Vector256<float> Invoke(Vector256<float> x) => Vector256<float>.One / x;
}

internal readonly struct Square : IUnaryFunction
{
    public float Invoke(float x) => x * x;

    public Vector256<float> Invoke(Vector256<float> x) => x * x;
}

internal readonly struct RoundDown : IUnaryFunction
{
    public float Invoke(float x) => MathF.Floor(x);

    public Vector256<float> Invoke(Vector256<float> x) => Vector256.Floor(x);
}

internal readonly struct RoundUp : IUnaryFunction
{
    public float Invoke(float x) => MathF.Ceiling(x);

    public Vector256<float> Invoke(Vector256<float> x) => Vector256.Ceiling(x);
}

internal readonly struct Softsign : IUnaryFunction
{
    public float Invoke(float x) => x / (1 + MathF.Abs(x));

    public Vector256<float> Invoke(Vector256<float> x) => x / (Vector256<float>.One + Vector256.Abs(x));
}
