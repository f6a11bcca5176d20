using System.Numerics;
using Cim.Runtime.Tensors;

namespace Cim.Runtime.Operators.Elementwise;

/// <summary>Which relation a <see cref="Comparison"/> tests.</summary>
internal enum Relation { Equal, Less, LessOrEqual, Greater, GreaterOrEqual }

/// <summary>Equal, Less, LessOrEqual, Greater, GreaterOrEqual with broadcasting; the result is Bool.</summary>
internal sealed class Comparison(Relation relation) : Operator
{
    protected override Kernel Bind(OperatorInputs inputs)
    {
        TensorInfo a = inputs.Required(0, "A"), b = inputs.Required(1, "B", a.Type);
        Shape shape = ShapeMath.Broadcast(a.Shape, b.Shape) ?? throw Error($"shapes {a.Shape} and {b.Shape} do not broadcast together.");
        TensorInfo output = Output(ElementType.Bool, shape);
        var plan = new BroadcastPlan(shape, a.Shape, b.Shape);
        return a.Type switch
        {
            ElementType.Float32 => Create<float>(output, plan),
            ElementType.Int64 => Create<long>(output, plan),
            ElementType.Int32 => Create<int>(output, plan),
            ElementType.Int8 => Create<sbyte>(output, plan),
            _ => Create<byte>(output, plan),
        };
    }

    private Kernel Create<T>(TensorInfo output, BroadcastPlan plan) where T : unmanaged, INumber<T>
    {
        Relation r = relation;
        return new Kernel(output, (in KernelCall c) =>
        {
            ReadOnlySpan<T> a = c.Input<T>(0), b = c.Input<T>(1);
            Span<byte> y = c.Output(0);
            Span<int> counters = stackalloc int[plan.Counters];
            counters.Clear();
            Span<int> offsets = stackalloc int[2];
            offsets.Clear();
            for (int row = 0; row < plan.Rows; row++)
            {
                for (int i = 0; i < plan.Inner; i++)
                {
                    T left = a[offsets[0] + (i * plan.InnerStrides[0])], right = b[offsets[1] + (i * plan.InnerStrides[1])];
                    bool holds = r switch
                    {
                        Relation.Equal => left == right,
                        Relation.Less => left < right,
                        Relation.LessOrEqual => left <= right,
                        Relation.Greater => left > right,
                        _ => left >= right,
                    };
                    y[(row * plan.Inner) + i] = holds ? (byte)1 : (byte)0;
                }

                plan.Advance(counters, offsets);
            }
        });
    }
}
