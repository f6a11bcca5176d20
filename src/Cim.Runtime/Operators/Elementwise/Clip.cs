using System.Numerics;

namespace Cim.Runtime.Operators.Elementwise;

/// <summary>Clip(input, min?, max?): limits are scalar inputs and may be computed; the upper limit wins where they cross.</summary>
internal sealed class Clip : Operator
{
    protected override Kernel Bind(OperatorInputs inputs)
    {
        TensorInfo x = inputs.Required(0, "input");
        bool hasMin = Limit(inputs, 1, "min", x.Type), hasMax = Limit(inputs, 2, "max", x.Type);
        TensorInfo output = Output(x.Type, x.Shape);
        return x.Type switch
        {
            ElementType.Float32 => new Kernel(output, (in KernelCall c) => UnaryLoop.Run(c.Input<float>(0), c.Output<float>(0), new Clamp(
                hasMin ? c.Input<float>(1)[0] : float.NegativeInfinity,
                hasMax ? c.Input<float>(2)[0] : float.PositiveInfinity))) { CanRunInPlace = true },
            ElementType.Int64 => Integers<long>(output, hasMin, hasMax),
            ElementType.Int32 => Integers<int>(output, hasMin, hasMax),
            ElementType.Int8 => Integers<sbyte>(output, hasMin, hasMax),
            ElementType.UInt8 => Integers<byte>(output, hasMin, hasMax),
            _ => throw Error($"{x.Type} inputs are not supported."),
        };
    }

    private bool Limit(OperatorInputs inputs, int index, string name, ElementType type)
    {
        if (inputs[index] is null) return false;
        TensorInfo limit = inputs.Required(index, name, type);
        return limit.Shape.Elements == 1 ? true : throw Error($"'{name}' has shape {limit.Shape}, a scalar is needed.");
    }

    private static Kernel Integers<T>(TensorInfo output, bool hasMin, bool hasMax) where T : unmanaged, INumber<T>, IMinMaxValue<T> =>
        new(output, (in KernelCall c) =>
        {
            T low = hasMin ? c.Input<T>(1)[0] : T.MinValue, high = hasMax ? c.Input<T>(2)[0] : T.MaxValue;
            ReadOnlySpan<T> x = c.Input<T>(0);
            Span<T> y = c.Output<T>(0);
            for (int i = 0; i < y.Length; i++)
            {
                T v = x[i] < low ? low : x[i];
                y[i] = v > high ? high : v;
            }
        }) { CanRunInPlace = true };
}
