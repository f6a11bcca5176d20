using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Cim.Runtime.Operators.Elementwise;

/// <summary>A float function of one input with a vector form.</summary>
internal sealed class UnaryOperator<TF>(TF function) : Operator where TF : struct, IUnaryFunction
{
    protected override Kernel Bind(OperatorInputs inputs)
    {
        TensorInfo x = inputs.Float(0, "X");
        TF f = function;
        return new Kernel(Output(x.Type, x.Shape), (in KernelCall c) => UnaryLoop.Run(c.Input<float>(0), c.Output<float>(0), f))
        {
            CanRunInPlace = true,
        };
    }
}

/// <summary>The loop of one-operand elementwise functions.</summary>
internal static class UnaryLoop
{
    public static void Run<TF>(ReadOnlySpan<float> x, Span<float> y, TF f) where TF : struct, IUnaryFunction
    {
        x = x[..y.Length];
        ref float rx = ref MemoryMarshal.GetReference(x), ry = ref MemoryMarshal.GetReference(y);
        int i = 0;
        for (; i <= y.Length - Vector256<float>.Count; i += Vector256<float>.Count)
            f.Invoke(Vector256.LoadUnsafe(ref rx, (nuint)i)).StoreUnsafe(ref ry, (nuint)i);
        for (; i < y.Length; i++) y[i] = f.Invoke(x[i]);
    }
}

/// <summary>A float function of one input that has only a scalar form.</summary>
internal sealed class ScalarOperator(Func<float, float> function) : Operator
{
    protected override Kernel Bind(OperatorInputs inputs)
    {
        TensorInfo x = inputs.Float(0, "X");
        Func<float, float> f = function;
        return new Kernel(Output(x.Type, x.Shape), (in KernelCall c) =>
        {
            ReadOnlySpan<float> source = c.Input<float>(0);
            Span<float> target = c.Output<float>(0);
            for (int i = 0; i < target.Length; i++) target[i] = f(source[i]);
        }) { CanRunInPlace = true };
    }
}

/// <summary>Which function a <see cref="NumberOperator"/> applies to integers.</summary>
internal enum NumberKind { Neg, Abs, Sign, Relu, Identity }

/// <summary>Neg, Abs, Sign, Relu of integers, and the rounding functions, which leave integers as they are; floats go to
/// <paramref name="forFloats"/>.</summary>
internal sealed class NumberOperator(NumberKind kind, Operator forFloats) : Operator
{
    protected override Kernel Bind(OperatorInputs inputs)
    {
        TensorInfo x = inputs.Required(0, "X");
        TensorInfo output = Output(x.Type, x.Shape);
        return x.Type switch
        {
            ElementType.Float32 => forFloats.Bind(x),
            _ when kind == NumberKind.Identity => Kernel.View(output),
            ElementType.Int64 => Create<long>(output),
            ElementType.Int32 => Create<int>(output),
            ElementType.Int8 => Create<sbyte>(output),
            ElementType.UInt8 => Create<byte>(output),
            _ => throw Error($"{x.Type} inputs are not supported."),
        };
    }

    private Kernel Create<T>(TensorInfo output) where T : unmanaged, INumber<T>
    {
        NumberKind k = kind;
        return new Kernel(output, (in KernelCall c) =>
        {
            ReadOnlySpan<T> x = c.Input<T>(0);
            Span<T> y = c.Output<T>(0);
            for (int i = 0; i < y.Length; i++)
            {
                T v = x[i];
                bool negative = v < T.Zero;
                y[i] = unchecked(k switch
                {
                    NumberKind.Neg => T.Zero - v,
                    NumberKind.Abs => negative ? T.Zero - v : v,
                    NumberKind.Sign => negative ? T.Zero - T.One : v > T.Zero ? T.One : T.Zero,
                    _ => negative ? T.Zero : v,
                });
            }
        }) { CanRunInPlace = true };
    }
}
