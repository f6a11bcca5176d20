using Cim.Runtime.Tensors;

namespace Cim.Runtime.Operators.Elementwise;

/// <summary>Which function a <see cref="Logic"/> operator applies.</summary>
internal enum LogicKind { And, Or, Xor, Not }

/// <summary>And, Or, Xor with broadcasting, and Not, on Bool.</summary>
internal sealed class Logic(LogicKind kind) : Operator
{
    protected override Kernel Bind(OperatorInputs inputs)
    {
        TensorInfo a = inputs.Required(0, "A", ElementType.Bool);
        if (kind == LogicKind.Not)
        {
            return new Kernel(Output(a.Type, a.Shape), (in KernelCall c) =>
            {
                ReadOnlySpan<byte> x = c.Input(0);
                Span<byte> y = c.Output(0);
                for (int i = 0; i < y.Length; i++) y[i] = x[i] == 0 ? (byte)1 : (byte)0;
            }) { CanRunInPlace = true };
        }

        TensorInfo b = inputs.Required(1, "B", ElementType.Bool);
        Shape shape = ShapeMath.Broadcast(a.Shape, b.Shape) ?? throw Error($"shapes {a.Shape} and {b.Shape} do not broadcast together.");
        var plan = new BroadcastPlan(shape, a.Shape, b.Shape);
        LogicKind k = kind;
        return new Kernel(Output(ElementType.Bool, shape), (in KernelCall c) =>
        {
            ReadOnlySpan<byte> x = c.Input(0), z = c.Input(1);
            Span<byte> y = c.Output(0);
            Span<int> counters = stackalloc int[plan.Counters];
            counters.Clear();
            Span<int> offsets = stackalloc int[2];
            offsets.Clear();
            for (int row = 0; row < plan.Rows; row++)
            {
                for (int i = 0; i < plan.Inner; i++)
                {
                    bool p = x[offsets[0] + (i * plan.InnerStrides[0])] != 0, q = z[offsets[1] + (i * plan.InnerStrides[1])] != 0;
                    bool holds = k switch { LogicKind.And => p && q, LogicKind.Or => p || q, _ => p != q };
                    y[(row * plan.Inner) + i] = holds ? (byte)1 : (byte)0;
                }

                plan.Advance(counters, offsets);
            }
        });
    }
}
