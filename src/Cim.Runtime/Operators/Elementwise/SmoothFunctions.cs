using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Cim.Runtime.Operators.Elementwise;

/// <summary>A function of one number that is computed on four doubles at a time and rounded to float once.</summary>
internal interface ISmoothFunction
{
    Vector256<double> Invoke(Vector256<double> x);
}

internal readonly struct Exponential : ISmoothFunction
{
    public Vector256<double> Invoke(Vector256<double> x) => VectorMath.Exp(x);
}

internal readonly struct HyperbolicTangent : ISmoothFunction
{
    public Vector256<double> Invoke(Vector256<double> x) => VectorMath.Tanh(x);
}

internal readonly struct ErrorFunction : ISmoothFunction
{
    public Vector256<double> Invoke(Vector256<double> x) => VectorMath.Erf(x);
}

internal readonly struct Sigmoid : ISmoothFunction
{
    public Vector256<double> Invoke(Vector256<double> x)
    {
        // Of the two equal forms the one whose exponential cannot overflow.
        Vector256<double> e = VectorMath.Exp(-Vector256.Abs(x)), one = Vector256<double>.One;
        return Vector256.ConditionalSelect(Vector256.LessThan(x, Vector256<double>.Zero), e, one) / (one + e);
    }
}

/// <summary>x times the standard normal distribution function.</summary>
internal readonly struct Gelu : ISmoothFunction
{
    public Vector256<double> Invoke(Vector256<double> x) =>
        x * Vector256.Create(0.5) * (Vector256<double>.One + VectorMath.Erf(x * Vector256.Create(0.70710678118654752440)));
}

/// <summary>The tanh approximation of <see cref="Gelu"/>.</summary>
internal readonly struct GeluTanh : ISmoothFunction
{
    public Vector256<double> Invoke(Vector256<double> x) => x * Vector256.Create(0.5) * (Vector256<double>.One
        + VectorMath.Tanh(Vector256.Create(0.79788456080286535588) * (x + (Vector256.Create(0.044715) * x * x * x))));
}

/// <summary>scale * x above 0, scale * alpha * (e^(x / width) - 1) below: Elu, Celu and Selu.</summary>
internal readonly struct ExponentialUnit(double scale, double alpha, double width) : ISmoothFunction
{
    public Vector256<double> Invoke(Vector256<double> x)
    {
        Vector256<double> below = Vector256.Create(alpha) * VectorMath.ExpMinus1(x / Vector256.Create(width));
        return Vector256.Create(scale) * Vector256.ConditionalSelect(Vector256.LessThan(x, Vector256<double>.Zero), below, x);
    }
}

/// <summary>A smooth function of every element of one float input.</summary>
internal sealed class SmoothOperator<TF>(TF function) : Operator where TF : struct, ISmoothFunction
{
    protected override Kernel Bind(OperatorInputs inputs)
    {
        TensorInfo x = inputs.Float(0, "X");
        TF f = function;
        return new Kernel(Output(x.Type, x.Shape), (in KernelCall c) => SmoothLoop.Run(c.Input<float>(0), c.Output<float>(0), f))
        {
            CanRunInPlace = true,
        };
    }
}

/// <summary>The loop of smooth functions. Remaining elements go through the same vector code one by one.</summary>
internal static class SmoothLoop
{
    public static void Run<TF>(ReadOnlySpan<float> x, Span<float> y, TF f) where TF : struct, ISmoothFunction
    {
        x = x[..y.Length];
        ref float rx = ref MemoryMarshal.GetReference(x), ry = ref MemoryMarshal.GetReference(y);
        int i = 0;
        for (; i <= y.Length - 8; i += 8)
        {
            (Vector256<double> low, Vector256<double> high) = Vector256.Widen(Vector256.LoadUnsafe(ref rx, (nuint)i));
            Vector256.Narrow(f.Invoke(low), f.Invoke(high)).StoreUnsafe(ref ry, (nuint)i);
        }

        for (; i < y.Length; i++) y[i] = (float)f.Invoke(Vector256.Create((double)x[i])).ToScalar();
    }
}
