using System.Runtime.InteropServices;
using Cim.Runtime.Tensors;

namespace Cim.Runtime.Operators.Movement;

/// <summary>
/// Pad(data, pads, constant_value?, axes?) with attribute <c>mode</c> constant (default), reflect, edge or wrap; pads may be
/// negative (cropping). pads and axes must be constants.
/// </summary>
internal sealed class Pad(string mode) : Operator
{
    private const int Outside = -1;

    protected override Kernel Bind(OperatorInputs inputs)
    {
        TensorInfo x = inputs.Required(0, "data");
        int rank = x.Shape.Rank;
        long[] pads = inputs.RequiredIntegers(1, "pads");
        bool hasValue = inputs[2] is { } v && v.Shape.Elements == 1;
        if (hasValue) inputs.Required(2, "constant_value", x.Type);
        int[] axes = inputs.ConstantIntegers(3, "axes") is { } a ? AxisList(a, rank) : [.. Enumerable.Range(0, rank)];
        if (pads.Length != 2 * axes.Length) throw Error($"pads has {pads.Length} entries, {2 * axes.Length} are needed.");
        long[] begin = new long[rank], dims = x.Shape.ToLongs();
        for (int i = 0; i < axes.Length; i++)
        {
            begin[axes[i]] = pads[i];
            dims[axes[i]] = checked(dims[axes[i]] + pads[i] + pads[i + axes.Length]);
        }

        TensorInfo output = Output(x.Type, dims);
        if (output.Shape == x.Shape && begin.All(b => b == 0)) return Kernel.View(output);
        int[][] sources = new int[rank][];
        for (int d = 0; d < rank; d++) sources[d] = SourceIndices(x.Shape[d], output.Shape[d], begin[d]);
        return x.Type.SizeOf() switch
        {
            1 => Create<byte>(output, x.Shape, sources, hasValue),
            4 => Create<int>(output, x.Shape, sources, hasValue),
            _ => Create<long>(output, x.Shape, sources, hasValue),
        };
    }

    /// <summary>For each output index of an axis the input index it copies, or <see cref="Outside"/>.</summary>
    private int[] SourceIndices(int size, int outputSize, long begin)
    {
        int[] indices = new int[outputSize];
        if (size == 0 && outputSize > 0 && mode != "constant") throw Error($"an axis of size 0 cannot be padded in mode '{mode}'.");
        for (int i = 0; i < indices.Length; i++)
        {
            long at = i - begin;
            bool inside = at >= 0 && at < size;
            indices[i] = mode switch
            {
                "constant" => inside ? (int)at : Outside,
                "edge" => (int)Math.Clamp(at, 0, size - 1),
                "wrap" => (int)(((at % size) + size) % size),
                "reflect" => Reflect(at, size),
                _ => throw Error($"mode '{mode}' is not supported (constant, reflect, edge, wrap are)."),
            };
        }

        return indices;
    }

    private static int Reflect(long at, int size)
    {
        if (size == 1) return 0;
        long period = 2L * (size - 1);
        long phase = ((at % period) + period) % period;
        return (int)(phase < size ? phase : period - phase);
    }

    private static Kernel Create<T>(TensorInfo output, Shape input, int[][] sources, bool hasValue) where T : unmanaged
    {
        int rank = sources.Length;
        int[] strides = input.Strides();
        int[] inner = rank == 0 ? [0] : sources[^1];
        int rows = output.Shape.Elements == 0 ? 0 : output.Shape.Product(0, Math.Max(0, rank - 1));

        // The innermost axis is a run of copied neighbours with borders on either side.
        int from = 0, to = 0;
        for (int i = 0; i < inner.Length; i++)
        {
            if (inner[i] == Outside) continue;
            if (to == 0) (from, to) = (i, i + 1);
            else if (to == i && inner[i] == inner[i - 1] + 1) to = i + 1;
        }

        return new Kernel(output, (in KernelCall c) =>
        {
            ReadOnlySpan<T> x = c.Input<T>(0);
            Span<T> y = c.Output<T>(0);
            T value = hasValue ? MemoryMarshal.Cast<byte, T>(c.Input(2))[0] : default;
            Span<int> counters = stackalloc int[rank];
            counters.Clear();
            for (int row = 0; row < rows; row++)
            {
                Span<T> target = y.Slice(row * inner.Length, inner.Length);
                int offset = 0;
                for (int d = 0; d < rank - 1 && offset >= 0; d++)
                {
                    int source = sources[d][counters[d]];
                    offset = source == Outside ? Outside : offset + (source * strides[d]);
                }

                if (offset == Outside)
                {
                    target.Fill(value);
                }
                else
                {
                    for (int i = 0; i < from; i++) target[i] = inner[i] == Outside ? value : x[offset + inner[i]];
                    if (to > from) x.Slice(offset + inner[from], to - from).CopyTo(target[from..]);
                    for (int i = to; i < target.Length; i++) target[i] = inner[i] == Outside ? value : x[offset + inner[i]];
                }

                for (int d = rank - 2; d >= 0; d--)
                {
                    if (++counters[d] < sources[d].Length) break;
                    counters[d] = 0;
                }
            }
        });
    }
}
