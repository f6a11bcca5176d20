using System.Numerics;
using Cim.Runtime.Operators.Reduction;

namespace Cim.Runtime.Operators.Spatial;

/// <summary>GlobalAveragePool (float) and GlobalMaxPool (float, int8, uint8): every spatial axis reduced to size 1.</summary>
internal sealed class GlobalPool(bool average) : Operator
{
    protected override Kernel Bind(OperatorInputs inputs)
    {
        TensorInfo x = inputs.Required(0, "X");
        if (x.Shape.Rank < 3) throw Error($"input {x.Shape} has no spatial axes.");
        long[] dims = x.Shape.ToLongs();
        dims.AsSpan(2).Fill(1);
        TensorInfo output = Output(x.Type, dims);
        int size = x.Shape.Product(2, x.Shape.Rank);
        if (size == 0) throw Error($"input {x.Shape} is empty.");
        if (average)
        {
            inputs.Float(0, "X");
            return new Kernel(output, (in KernelCall c) =>
            {
                ReadOnlySpan<float> source = c.Input<float>(0);
                Span<float> y = c.Output<float>(0);
                for (int i = 0; i < y.Length; i++) y[i] = (float)(LaneSum.Of(source.Slice(i * size, size)) / size);
            });
        }

        return x.Type switch
        {
            ElementType.Float32 => Maxima<float>(output, size),
            ElementType.Int8 => Maxima<sbyte>(output, size),
            ElementType.UInt8 => Maxima<byte>(output, size),
            _ => throw Error($"{x.Type} inputs are not supported."),
        };
    }

    private static Kernel Maxima<T>(TensorInfo output, int size) where T : unmanaged, INumber<T> => new(output, (in KernelCall c) =>
    {
        ReadOnlySpan<T> source = c.Input<T>(0);
        Span<T> y = c.Output<T>(0);
        for (int i = 0; i < y.Length; i++)
        {
            ReadOnlySpan<T> plane = source.Slice(i * size, size);
            T best = plane[0];
            foreach (T v in plane) best = v >= best || T.IsNaN(v) ? v : best;
            y[i] = best;
        }
    });
}
