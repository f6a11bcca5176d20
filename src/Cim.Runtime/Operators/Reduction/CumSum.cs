using System.Numerics;
using Cim.Runtime.Program;

namespace Cim.Runtime.Operators.Reduction;

/// <summary>
/// CumSum(x, axis): sums from the first number of the axis on (from the last with attribute <c>reverse</c>), the number itself left out
/// with
/// attribute <c>exclusive</c>. The axis is a constant.
/// </summary>
internal sealed class CumSum(AttributeMap attributes) : Operator
{
    protected override Kernel Bind(OperatorInputs inputs)
    {
        TensorInfo x = inputs.Required(0, "x");
        long[] given = inputs.RequiredIntegers(1, "axis");
        if (given.Length != 1) throw Error($"axis is [{string.Join(",", given)}], one number is needed.");
        int axis = Axis(given[0], x.Shape.Rank);
        (int outer, int size, int inner) = (x.Shape.Product(0, axis), x.Shape[axis], x.Shape.Product(axis + 1, x.Shape.Rank));
        TensorInfo output = Output(x.Type, x.Shape);
        return x.Type switch
        {
            ElementType.Float32 => Create<float>(output, outer, size, inner),
            ElementType.Int64 => Create<long>(output, outer, size, inner),
            ElementType.Int32 => Create<int>(output, outer, size, inner),
            _ => throw Error($"{x.Type} inputs are not supported."),
        };
    }

    private Kernel Create<T>(TensorInfo output, int outer, int size, int inner) where T : unmanaged, INumber<T>
    {
        bool reverse = attributes.Int("reverse", 0) != 0, exclusive = attributes.Int("exclusive", 0) != 0;
        return new Kernel(output, (in KernelCall c) =>
        {
            ReadOnlySpan<T> x = c.Input<T>(0);
            Span<T> y = c.Output<T>(0);
            for (int o = 0; o < outer; o++)
            {
                for (int i = 0; i < inner; i++)
                {
                    T sum = T.Zero;
                    for (int j = 0; j < size; j++)
                    {
                        int at = (((o * size) + (reverse ? size - 1 - j : j)) * inner) + i;
                        T next = unchecked(sum + x[at]);
                        y[at] = exclusive ? sum : next;
                        sum = next;
                    }
                }
            }
        });
    }
}
