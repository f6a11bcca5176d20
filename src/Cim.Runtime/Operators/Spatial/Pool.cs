using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Cim.Runtime.Operators.Elementwise;
using Cim.Runtime.Program;

namespace Cim.Runtime.Operators.Spatial;

/// <summary>
/// MaxPool (float, int8, uint8; output 0 only) and AveragePool (float; attribute <c>count_include_pad</c>) over 1 to 3 spatial
/// axes with attributes kernel_shape, strides, pads, dilations, auto_pad, ceil_mode.
/// </summary>
/// <remarks>
/// The rows of a window are combined first, elementwise along the width (vectorised), then the columns. Sums are therefore
/// taken in (column, (depth, row)) order on every machine.
/// </remarks>
internal sealed class Pool(AttributeMap attributes, bool average) : Operator
{
    protected override Kernel Bind(OperatorInputs inputs)
    {
        TensorInfo x = inputs.Required(0, "X");
        if (attributes.Ints("kernel_shape") is not { IsDefault: false } kernel) throw Error("attribute kernel_shape is missing.");
        if (attributes.Int("storage_order", 0) != 0) throw Error("storage_order 1 is not supported.");
        WindowGeometry g = WindowGeometry.Create(this, attributes, x.Shape, kernel.AsSpan());
        int planes = checked(x.Shape[0] * x.Shape[1]);
        TensorInfo output = Output(x.Type, g.OutputDims(x.Shape[0], x.Shape[1], x.Shape.Rank - 2));
        bool includePad = attributes.Int("count_include_pad", 0) != 0;
        if (average)
        {
            inputs.Float(0, "X");
            return Create<float, Add<float>>(output, g, planes, 0, includePad ? 2 : 1);
        }

        return x.Type switch
        {
            ElementType.Float32 => Create<float, Maximum<float>>(output, g, planes, float.NegativeInfinity, 0),
            ElementType.Int8 => Create<sbyte, Maximum<sbyte>>(output, g, planes, sbyte.MinValue, 0),
            ElementType.UInt8 => Create<byte, Maximum<byte>>(output, g, planes, byte.MinValue, 0),
            _ => throw Error($"{x.Type} inputs are not supported."),
        };
    }

    /// <summary><paramref name="divide"/>: 0 do not, 1 by the cells inside the input, 2 by the cells inside input and padding.</summary>
    private static Kernel Create<T, TF>(TensorInfo output, WindowGeometry g, int planes, T neutral, int divide)
        where T : unmanaged, INumber<T> where TF : struct, IBinaryFunction<T>
    {
        int width = g.Input[2];
        (int First, int Last)[][] inside = new (int, int)[WindowGeometry.Axes][];
        for (int axis = 0; axis < inside.Length; axis++)
        {
            inside[axis] = new (int, int)[g.Output[axis]];
            for (int o = 0; o < inside[axis].Length; o++) inside[axis][o] = g.Inside(axis, o);
        }

        return new Kernel(output, (in KernelCall c) =>
        {
            ReadOnlySpan<T> x = c.Input<T>(0);
            Span<T> y = c.Output<T>(0), column = c.WorkspaceAs<T>()[..width];
            int at = 0;
            for (int plane = 0; plane < planes; plane++)
            {
                ReadOnlySpan<T> input = x.Slice(plane * g.InputSize, g.InputSize);
                for (int oz = 0; oz < g.Output[0]; oz++)
                {
                    for (int oy = 0; oy < g.Output[1]; oy++, at += g.Output[2])
                    {
                        int rows = CombineRows<T, TF>(g, inside[0][oz], inside[1][oy], oz, oy, input, column, neutral);
                        Span<T> target = y.Slice(at, g.Output[2]);
                        CombineColumns<T, TF>(g, inside[2], column, target, neutral);
                        if (divide != 0) Divide(g, inside[2], target, divide == 1 ? rows : g.InsidePadded(0, oz) * g.InsidePadded(1, oy), divide == 1);
                    }
                }
            }
        }) { WorkspaceBytes = checked(width * Marshal.SizeOf<T>()) };
    }

    /// <summary>Combines the input rows of a window into one; returns how many there were.</summary>
    private static int CombineRows<T, TF>(WindowGeometry g, (int First, int Last) depths, (int First, int Last) rows, int oz, int oy,
        ReadOnlySpan<T> input, Span<T> column, T neutral) where T : unmanaged, INumber<T> where TF : struct, IBinaryFunction<T>
    {
        int width = column.Length, count = 0;
        for (int kz = depths.First; kz < depths.Last; kz++)
        {
            int iz = (oz * g.Stride[0]) - g.PadBegin[0] + (kz * g.Dilation[0]);
            for (int ky = rows.First; ky < rows.Last; ky++, count++)
            {
                int iy = (oy * g.Stride[1]) - g.PadBegin[1] + (ky * g.Dilation[1]);
                ReadOnlySpan<T> row = input.Slice(((iz * g.Input[1]) + iy) * width, width);
                if (count == 0) row.CopyTo(column);
                else Accumulate<T, TF>(column, row);
            }
        }

        if (count == 0) column.Fill(neutral);
        return count;
    }

    private static void Accumulate<T, TF>(Span<T> sum, ReadOnlySpan<T> row) where T : unmanaged, INumber<T> where TF : struct, IBinaryFunction<T>
    {
        ref T a = ref MemoryMarshal.GetReference(sum), b = ref MemoryMarshal.GetReference(row);
        int i = 0;
        for (; i <= sum.Length - Vector256<T>.Count; i += Vector256<T>.Count)
            TF.Invoke(Vector256.LoadUnsafe(ref a, (nuint)i), Vector256.LoadUnsafe(ref b, (nuint)i)).StoreUnsafe(ref a, (nuint)i);
        for (; i < sum.Length; i++) sum[i] = TF.Invoke(sum[i], row[i]);
    }

    private static void CombineColumns<T, TF>(WindowGeometry g, (int First, int Last)[] inside, ReadOnlySpan<T> column, Span<T> target, T neutral)
        where T : unmanaged, INumber<T> where TF : struct, IBinaryFunction<T>
    {
        int stride = g.Stride[2], dilation = g.Dilation[2], pad = g.PadBegin[2];
        for (int ox = 0; ox < target.Length; ox++)
        {
            (int first, int last) = inside[ox];
            int ix = (ox * stride) - pad + (first * dilation);
            T value = first < last ? column[ix] : neutral;
            for (int k = first + 1; k < last; k++) value = TF.Invoke(value, column[ix += dilation]);
            target[ox] = value;
        }
    }

    private static void Divide<T>(WindowGeometry g, (int First, int Last)[] inside, Span<T> target, int rows, bool insideOnly) where T : unmanaged, INumber<T>
    {
        for (int ox = 0; ox < target.Length; ox++)
        {
            int columns = insideOnly ? inside[ox].Last - inside[ox].First : g.InsidePadded(2, ox);
            target[ox] /= T.CreateTruncating(Math.Max(1, rows * columns));
        }
    }
}
