using Cim.Runtime.Tensors;

namespace Cim.Runtime.Operators.Elementwise;

/// <summary>Where(condition, X, Y) with broadcasting, on every element type.</summary>
internal sealed class Where : Operator
{
    protected override Kernel Bind(OperatorInputs inputs)
    {
        TensorInfo condition = inputs.Required(0, "condition", ElementType.Bool);
        TensorInfo x = inputs.Required(1, "X"), y = inputs.Required(2, "Y", x.Type);
        Shape shape = (ShapeMath.Broadcast(x.Shape, y.Shape) is { } xy ? ShapeMath.Broadcast(xy, condition.Shape) : null)
            ?? throw Error($"shapes {condition.Shape}, {x.Shape} and {y.Shape} do not broadcast together.");
        var plan = new BroadcastPlan(shape, condition.Shape, x.Shape, y.Shape);
        TensorInfo output = Output(x.Type, shape);
        return x.Type.SizeOf() switch
        {
            1 => Create<byte>(output, plan),
            4 => Create<int>(output, plan),
            _ => Create<long>(output, plan),
        };
    }

    private static Kernel Create<T>(TensorInfo output, BroadcastPlan plan) where T : unmanaged => new(output, (in KernelCall c) =>
    {
        ReadOnlySpan<byte> condition = c.Input(0);
        ReadOnlySpan<T> x = c.Input<T>(1), y = c.Input<T>(2);
        Span<T> target = c.Output<T>(0);
        Span<int> counters = stackalloc int[plan.Counters];
        counters.Clear();
        Span<int> offsets = stackalloc int[3];
        offsets.Clear();
        for (int row = 0; row < plan.Rows; row++)
        {
            for (int i = 0; i < plan.Inner; i++)
            {
                target[(row * plan.Inner) + i] = condition[offsets[0] + (i * plan.InnerStrides[0])] != 0
                    ? x[offsets[1] + (i * plan.InnerStrides[1])]
                    : y[offsets[2] + (i * plan.InnerStrides[2])];
            }

            plan.Advance(counters, offsets);
        }
    });
}
