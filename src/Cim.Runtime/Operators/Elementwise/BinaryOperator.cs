using System.Numerics;
using Cim.Runtime.Tensors;

namespace Cim.Runtime.Operators.Elementwise;

/// <summary>Which two-operand function a <see cref="BinaryOperator"/> applies.</summary>
internal enum BinaryKind { Add, Sub, Mul, Div, Max, Min, PRelu, FloorMod, TruncatedMod }

/// <summary>
/// Add, Sub, Mul, Div, PRelu, Mod (two inputs) and Max, Min, Sum, Mean (one input or more) with NumPy broadcasting, on every
/// element type. PRelu's slope must broadcast to the shape of its input. Integer results wrap.
/// </summary>
internal sealed class BinaryOperator(BinaryKind kind, bool variadic = false, bool mean = false) : Operator
{
    protected override Kernel Bind(OperatorInputs inputs)
    {
        TensorInfo first = inputs.Required(0, "A");
        if (!variadic) inputs.Required(1, "B");
        Shape shape = first.Shape;
        for (int i = 1; i < inputs.Count; i++)
        {
            TensorInfo next = inputs.Required(i, "B", first.Type);
            shape = ShapeMath.Broadcast(shape, next.Shape)
                ?? throw Error($"shapes {first.Shape} and {next.Shape} do not broadcast together.");
        }

        if (kind == BinaryKind.PRelu && shape != first.Shape)
            throw Error($"the slope {inputs[1]!.Shape} does not broadcast to the input {first.Shape}.");
        TensorInfo output = Output(first.Type, shape);
        int count = inputs.Count;
        if (count == 1) return Kernel.View(output);

        // Operand 0 of the first fold is input 0; from then on it is the output itself.
        var plans = new BroadcastPlan[count - 1];
        for (int i = 0; i < plans.Length; i++)
            plans[i] = new BroadcastPlan(shape, i == 0 ? first.Shape : shape, inputs[i + 1]!.Shape);
        return first.Type switch
        {
            ElementType.Float32 => Create<float>(output, plans),
            ElementType.Int64 => Create<long>(output, plans),
            ElementType.Int32 => Create<int>(output, plans),
            ElementType.Int8 => Create<sbyte>(output, plans),
            ElementType.UInt8 => Create<byte>(output, plans),
            _ => throw Error($"{first.Type} inputs are not supported."),
        };
    }

    private Kernel Create<T>(TensorInfo output, BroadcastPlan[] plans) where T : unmanaged, INumber<T> => kind switch
    {
        BinaryKind.Add => Create<T, Add<T>>(output, plans),
        BinaryKind.Sub => Create<T, Subtract<T>>(output, plans),
        BinaryKind.Mul => Create<T, Multiply<T>>(output, plans),
        BinaryKind.Div => Create<T, Divide<T>>(output, plans),
        BinaryKind.Max => Create<T, Maximum<T>>(output, plans),
        BinaryKind.Min => Create<T, Minimum<T>>(output, plans),
        BinaryKind.PRelu => Create<T, ParametricRelu<T>>(output, plans),
        BinaryKind.FloorMod => Create<T, FloorModulo<T>>(output, plans),
        _ => Create<T, TruncatedModulo<T>>(output, plans),
    };

    private Kernel Create<T, TF>(TensorInfo output, BroadcastPlan[] plans)
        where T : unmanaged, INumber<T> where TF : struct, IBinaryFunction<T>
    {
        T divisor = T.CreateChecked(mean ? plans.Length + 1 : 1);
        return new Kernel(output, (in KernelCall c) =>
        {
            Span<T> y = c.Output<T>(0);
            ReadOnlySpan<T> left = c.Input<T>(0);
            for (int i = 0; i < plans.Length; i++, left = y) BinaryLoop.Run<T, TF>(plans[i], left, c.Input<T>(i + 1), y);
            if (divisor == T.One) return;
            for (int i = 0; i < y.Length; i++) y[i] /= divisor;
        });
    }
}
