using System.Runtime.InteropServices;
using Cim.Runtime.Tensors;

namespace Cim.Runtime.Operators.Movement;

/// <summary>Shape(data): the dimensions [start, end) as int64 (attributes <c>start</c>, <c>end</c>, clamped).</summary>
internal sealed class ShapeOf(long start, long end) : Operator
{
    protected override Kernel Bind(OperatorInputs inputs)
    {
        TensorInfo x = inputs.Required(0, "data");
        int rank = x.Shape.Rank;
        int from = (int)Math.Clamp(start < 0 ? start + rank : start, 0, rank);
        int to = (int)Math.Clamp(end < 0 ? end + rank : end, 0, rank);
        long[] dims = to > from ? x.Shape.ToLongs()[from..to] : [];
        return Kernel.Fixed(Tensor.Create<long>(new Shape(dims.Length), dims));
    }
}

/// <summary>Size(data): the number of elements as int64.</summary>
internal sealed class SizeOf : Operator
{
    protected override Kernel Bind(OperatorInputs inputs) =>
        Kernel.Fixed(Tensor.Scalar(inputs.Required(0, "data").Shape.Elements));
}

/// <summary>Constant: attribute <c>value</c> (a tensor).</summary>
internal sealed class Constant(Tensor? value) : Operator
{
    protected override Kernel Bind(OperatorInputs inputs) =>
        Kernel.Fixed(value ?? throw Error("only the tensor attribute 'value' is supported."));
}

/// <summary>ConstantOfShape(shape): attribute <c>value</c> (one element, default float 0) repeated.</summary>
internal sealed class ConstantOfShape(Tensor? value) : Operator
{
    protected override Kernel Bind(OperatorInputs inputs)
    {
        Tensor element = value ?? Tensor.Scalar(0f);
        if (element.Length != 1) throw Error($"'value' has {element.Length} elements, one is needed.");
        TensorInfo output = Output(element.Type, inputs.RequiredIntegers(0, "shape"));
        return new Kernel(output, (in KernelCall c) =>
        {
            Span<byte> y = c.Output(0);
            ReadOnlySpan<byte> one = element.Data.Span;
            switch (one.Length)
            {
                case 1: y.Fill(one[0]); break;
                case 4: MemoryMarshal.Cast<byte, int>(y).Fill(MemoryMarshal.Read<int>(one)); break;
                default: MemoryMarshal.Cast<byte, long>(y).Fill(MemoryMarshal.Read<long>(one)); break;
            }
        });
    }
}

/// <summary>Range(start, limit, delta) of constant scalars of one type: float, int32 or int64.</summary>
internal sealed class Range : Operator
{
    protected override Kernel Bind(OperatorInputs inputs)
    {
        TensorInfo start = inputs.Required(0, "start");
        if (start.Type == ElementType.Float32)
        {
            float[] f = [Scalar(inputs.ConstantFloats(0, "start")), Scalar(inputs.ConstantFloats(1, "limit")),
                Scalar(inputs.ConstantFloats(2, "delta"))];
            TensorInfo output = Output(ElementType.Float32, Count(Math.Ceiling(((double)f[1] - f[0]) / f[2])));
            return new Kernel(output, (in KernelCall c) =>
            {
                Span<float> y = c.Output<float>(0);
                for (int i = 0; i < y.Length; i++) y[i] = f[0] + (i * f[2]);
            });
        }

        long a = Scalar(inputs.RequiredIntegers(0, "start")),
            b = Scalar(inputs.RequiredIntegers(1, "limit")),
            d = Scalar(inputs.RequiredIntegers(2, "delta"));
        if (d == 0) throw Error("delta is 0.");
        TensorInfo integers = Output(start.Type, Count(Math.Ceiling(((double)b - a) / d)));
        return start.Type == ElementType.Int64
            ? new Kernel(integers, (in KernelCall c) =>
            {
                Span<long> y = c.Output<long>(0);
                for (int i = 0; i < y.Length; i++) y[i] = a + (i * d);
            })
            : new Kernel(integers, (in KernelCall c) =>
            {
                Span<int> y = c.Output<int>(0);
                for (int i = 0; i < y.Length; i++) y[i] = (int)(a + (i * d));
            });
    }

    private T Scalar<T>(T[]? values) =>
        values is { Length: 1 } ? values[0] : throw Error("start, limit and delta must be constant scalars.");

    private long Count(double count) =>
        count < int.MaxValue ? (long)Math.Max(0, count) : throw Error("the range has too many elements; check delta.");
}
