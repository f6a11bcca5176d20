using System.Numerics;
using Cim.Runtime.Tensors;

namespace Cim.Runtime.Operators.Elementwise;

/// <summary>
/// Pow(X, Y) with broadcasting; the result has the type of X, Y may have any type. Computed in double precision (an
/// int64 beyond 2^53 loses its last digits); squares of floats, the common case, are plain products.
/// </summary>
internal sealed class Pow : Operator
{
    protected override Kernel Bind(OperatorInputs inputs)
    {
        TensorInfo x = inputs.Required(0, "X"), e = inputs.Required(1, "Y");
        Shape shape = ShapeMath.Broadcast(x.Shape, e.Shape) ?? throw Error($"shapes {x.Shape} and {e.Shape} do not broadcast together.");
        TensorInfo output = Output(x.Type, shape);
        if (x.Type == ElementType.Float32 && x.Shape == shape && e.Constant is { Length: 1, Type: ElementType.Float32 } c
            && c.Span<float>()[0] == 2)
            return new Kernel(output, (in KernelCall k) => UnaryLoop.Run(k.Input<float>(0), k.Output<float>(0), default(Square)))
            {
                CanRunInPlace = true,
            };
        var plan = new BroadcastPlan(shape, x.Shape, e.Shape);
        return x.Type switch
        {
            ElementType.Float32 => WithBase<float>(output, plan, e.Type),
            ElementType.Int64 => WithBase<long>(output, plan, e.Type),
            ElementType.Int32 => WithBase<int>(output, plan, e.Type),
            _ => throw Error($"{x.Type} inputs are not supported."),
        };
    }

    private Kernel WithBase<TX>(TensorInfo output, BroadcastPlan plan, ElementType exponent)
        where TX : unmanaged, INumber<TX> => exponent switch
    {
        ElementType.Float32 => Create<TX, float>(output, plan),
        ElementType.Int64 => Create<TX, long>(output, plan),
        ElementType.Int32 => Create<TX, int>(output, plan),
        _ => throw Error($"{exponent} exponents are not supported."),
    };

    private static Kernel Create<TX, TE>(TensorInfo output, BroadcastPlan plan)
        where TX : unmanaged, INumber<TX> where TE : unmanaged, INumber<TE> => new(output, (in KernelCall c) =>
        {
            ReadOnlySpan<TX> x = c.Input<TX>(0);
            ReadOnlySpan<TE> e = c.Input<TE>(1);
            Span<TX> y = c.Output<TX>(0);
            Span<int> counters = stackalloc int[plan.Counters];
            counters.Clear();
            Span<int> offsets = stackalloc int[2];
            offsets.Clear();
            for (int row = 0; row < plan.Rows; row++)
            {
                for (int i = 0; i < plan.Inner; i++)
                {
                    double power = Math.Pow(
                        double.CreateTruncating(x[offsets[0] + (i * plan.InnerStrides[0])]),
                        double.CreateTruncating(e[offsets[1] + (i * plan.InnerStrides[1])]));
                    y[(row * plan.Inner) + i] = TX.CreateSaturating(power);
                }

                plan.Advance(counters, offsets);
            }
        });
}
