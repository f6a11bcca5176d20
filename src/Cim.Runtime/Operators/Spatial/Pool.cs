using System.Numerics;
using Cim.Runtime.Operators.Elementwise;
using Cim.Runtime.Program;

namespace Cim.Runtime.Operators.Spatial;

/// <summary>
/// MaxPool (float, int8, uint8; its second output is <see cref="PoolIndices"/>) and AveragePool (float; attribute <c>count_include_pad</c>)
/// over 1 to 3 spatial
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
            ElementType.Float32 => WithIndices<float>(Create<float, Maximum<float>>(output, g, planes, float.NegativeInfinity, 0), g),
            ElementType.Int8 => WithIndices<sbyte>(Create<sbyte, Maximum<sbyte>>(output, g, planes, sbyte.MinValue, 0), g),
            ElementType.UInt8 => WithIndices<byte>(Create<byte, Maximum<byte>>(output, g, planes, byte.MinValue, 0), g),
            _ => throw Error($"{x.Type} inputs are not supported."),
        };
    }

    /// <summary>The kernel with the places of the maxima as a second output, computed where somebody reads them.</summary>
    private Kernel WithIndices<T>(Kernel kernel, WindowGeometry g) where T : unmanaged, INumber<T>
    {
        (int First, int Last)[][] inside = Inside(g);
        bool columnsFirst = attributes.Int("storage_order", 0) != 0;
        return new Kernel([kernel.Outputs[0], Output(ElementType.Int64, kernel.Outputs[0].Shape)], (in KernelCall c) =>
        {
            kernel.Run(c);
            Span<long> indices = c.Output<long>(1);
            if (!indices.IsEmpty) PoolIndices.Compute(g, inside, c.Input<T>(0), indices, columnsFirst);
        }) { WorkspaceBytes = kernel.WorkspaceBytes };
    }

    /// <summary>The part of each window that lies inside the input, by axis and output.</summary>
    private static (int First, int Last)[][] Inside(WindowGeometry g)
    {
        (int First, int Last)[][] inside = new (int, int)[WindowGeometry.Axes][];
        for (int axis = 0; axis < inside.Length; axis++)
        {
            inside[axis] = new (int, int)[g.Output[axis]];
            for (int o = 0; o < inside[axis].Length; o++) inside[axis][o] = g.Inside(axis, o);
        }

        return inside;
    }

    /// <summary><paramref name="divide"/>: 0 do not, 1 by the cells inside the input, 2 by the cells inside input and padding.</summary>
    private static Kernel Create<T, TF>(TensorInfo output, WindowGeometry g, int planes, T neutral, int divide)
        where T : unmanaged, INumber<T> where TF : struct, IBinaryFunction<T>
    {
        int width = g.Input[2];
        (int First, int Last)[][] inside = Inside(g);
        int columnSize = PoolRows.Padded<T>(width), rowSize = PoolRows.Padded<T>(g.Output[2]), elementSize = output.Type.SizeOf();
        (int from, int to) = Interior(g, inside[2]);
        var windows = new SlidingWindow((from * g.Stride[2]) - g.PadBegin[2], g.Kernel[2], g.Stride[2], g.Dilation[2]);
        return new Kernel(output, (in KernelCall c) =>
        {
            ReadOnlySpan<T> x = c.Input<T>(0);
            Span<T> y = c.Output<T>(0), column = c.WorkspaceAs<T>()[..columnSize], row = c.WorkspaceAs<T>().Slice(columnSize, rowSize);
            int at = 0;
            for (int plane = 0; plane < planes; plane++)
            {
                ReadOnlySpan<T> input = x[(plane * g.InputSize)..];
                for (int oz = 0; oz < g.Output[0]; oz++)
                {
                    for (int oy = 0; oy < g.Output[1]; oy++, at += g.Output[2])
                    {
                        int rows = CombineRows<T, TF>(g, inside, (oz, oy), input, column, neutral);
                        if (to > from)
                            PoolRows.Slide<T, TF>(column, row, from, to, windows);
                        CombineBorder<T, TF>(g, inside[2], column, row, 0, from, neutral);
                        CombineBorder<T, TF>(g, inside[2], column, row, to, g.Output[2], neutral);
                        Span<T> target = y.Slice(at, g.Output[2]);
                        row[..target.Length].CopyTo(target);
                        if (divide != 0)
                            Divide(g, inside[2], target, divide == 1 ? rows : g.InsidePadded(0, oz) * g.InsidePadded(1, oy), divide == 1);
                    }
                }
            }
        }) { WorkspaceBytes = checked((columnSize + rowSize) * elementSize) };
    }

    /// <summary>The output columns [from, to) whose windows lie inside the input.</summary>
    private static (int From, int To) Interior(WindowGeometry g, (int First, int Last)[] inside)
    {
        int from = 0;
        while (from < inside.Length && !Whole(from)) from++;
        int to = from;
        while (to < inside.Length && Whole(to)) to++;
        return (from, to);

        bool Whole(int o) => inside[o].First == 0 && inside[o].Last == g.Kernel[2];
    }

    /// <summary>Combines the input rows of a window into one; returns how many there were.</summary>
    private static int CombineRows<T, TF>(
        WindowGeometry g, (int First, int Last)[][] inside, (int Z, int Y) output, ReadOnlySpan<T> input, Span<T> column, T neutral)
        where T : unmanaged, INumber<T> where TF : struct, IBinaryFunction<T>
    {
        (int oz, int oy) = output;
        ((int First, int Last) depths, (int First, int Last) rows) = (inside[0][oz], inside[1][oy]);
        int width = g.Input[2], count = 0, first = 0;
        for (int kz = depths.First; kz < depths.Last; kz++)
        {
            int iz = (oz * g.Stride[0]) - g.PadBegin[0] + (kz * g.Dilation[0]);
            for (int ky = rows.First; ky < rows.Last; ky++, count++)
            {
                int start = ((iz * g.Input[1]) + (oy * g.Stride[1]) - g.PadBegin[1] + (ky * g.Dilation[1])) * width;
                if (count == 0) first = start;
                else PoolRows.Merge<T, TF>(count == 1 ? input[first..] : column, input[start..], column, width);
            }
        }

        if (count == 0) column.Fill(neutral);
        else if (count == 1) input.Slice(first, width).CopyTo(column);
        return count;
    }

    /// <summary>Windows that reach over the border: only what lies inside counts.</summary>
    private static void CombineBorder<T, TF>(
        WindowGeometry g, (int First, int Last)[] inside, ReadOnlySpan<T> column, Span<T> row, int from, int to, T neutral)
        where T : unmanaged, INumber<T> where TF : struct, IBinaryFunction<T>
    {
        for (int ox = from; ox < to; ox++)
        {
            (int first, int last) = inside[ox];
            int ix = (ox * g.Stride[2]) - g.PadBegin[2] + (first * g.Dilation[2]);
            T value = first < last ? column[ix] : neutral;
            for (int k = first + 1; k < last; k++) value = TF.Invoke(value, column[ix += g.Dilation[2]]);
            row[ox] = value;
        }
    }

    private static void Divide<T>(WindowGeometry g, (int First, int Last)[] inside, Span<T> target, int rows, bool insideOnly)
        where T : unmanaged, INumber<T>
    {
        for (int ox = 0; ox < target.Length; ox++)
        {
            int columns = insideOnly ? inside[ox].Last - inside[ox].First : g.InsidePadded(2, ox);
            target[ox] /= T.CreateTruncating(Math.Max(1, rows * columns));
        }
    }
}
