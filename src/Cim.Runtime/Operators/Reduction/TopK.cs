using System.Numerics;
using Cim.Runtime.Program;

namespace Cim.Runtime.Operators.Reduction;

/// <summary>
/// TopK(x, k) along attribute <c>axis</c> (default -1): the k largest (attribute <c>largest</c>, default 1) or smallest numbers in order,
/// and
/// their indices; of equal numbers the first comes first. k is a constant.
/// </summary>
internal sealed class TopK(AttributeMap attributes) : Operator
{
    protected override Kernel Bind(OperatorInputs inputs)
    {
        TensorInfo x = inputs.Required(0, "X");
        int axis = Axis(attributes.Int("axis", -1), x.Shape.Rank), size = x.Shape[axis];
        long[] given = inputs.RequiredIntegers(1, "K");
        if (given.Length != 1 || given[0] < 0 || given[0] > size)
            throw Error($"k is [{string.Join(",", given)}], axis {axis} has size {size}.");
        long[] dims = x.Shape.ToLongs();
        dims[axis] = given[0];
        var rows = new Rows(x.Shape.Product(0, axis), size, (int)given[0], x.Shape.Product(axis + 1, x.Shape.Rank));
        TensorInfo[] outputs = [Output(x.Type, dims), Output(ElementType.Int64, dims)];
        bool largest = attributes.Int("largest", 1) != 0;
        return x.Type switch
        {
            ElementType.Float32 => Create<float>(outputs, rows, largest),
            ElementType.Int64 => Create<long>(outputs, rows, largest),
            ElementType.Int32 => Create<int>(outputs, rows, largest),
            ElementType.Int8 => Create<sbyte>(outputs, rows, largest),
            ElementType.UInt8 => Create<byte>(outputs, rows, largest),
            _ => throw Error($"{x.Type} inputs are not supported."),
        };
    }

    /// <summary>The layout: outer rows, numbers in each, numbers kept, neighbours between two of a row.</summary>
    private readonly record struct Rows(int Outer, int Size, int Kept, int Inner);

    private static Kernel Create<T>(TensorInfo[] outputs, Rows rows, bool largest) where T : unmanaged, INumber<T> =>
        new([.. outputs], (in KernelCall c) =>
        {
            ReadOnlySpan<T> x = c.Input<T>(0);
            Span<long> best = c.WorkspaceAs<long>()[..rows.Kept];
            Span<T> values = c.Output<T>(0);
            Span<long> indices = c.Output<long>(1);
            for (int row = 0; row < rows.Outer * rows.Inner; row++)
            {
                int start = (row / rows.Inner * rows.Size * rows.Inner) + (row % rows.Inner);
                Select(x, start, rows, largest, best);
                int to = (row / rows.Inner * rows.Kept * rows.Inner) + (row % rows.Inner);
                for (int i = 0; i < best.Length; i++)
                {
                    if (!values.IsEmpty) values[to + (i * rows.Inner)] = x[start + ((int)best[i] * rows.Inner)];
                    if (!indices.IsEmpty) indices[to + (i * rows.Inner)] = best[i];
                }
            }
        }) { WorkspaceBytes = rows.Kept * sizeof(long) };

    /// <summary>Keeps the best so far in order; each number is inserted where it belongs.</summary>
    private static void Select<T>(ReadOnlySpan<T> x, int start, Rows rows, bool largest, Span<long> best) where T : INumber<T>
    {
        int kept = 0;
        for (int j = 0; j < rows.Size; j++)
        {
            T value = x[start + (j * rows.Inner)];
            int at = kept;
            while (at > 0)
            {
                T other = x[start + ((int)best[at - 1] * rows.Inner)];
                if (largest ? value <= other : value >= other) break;
                at--;
            }

            if (at == best.Length) continue;
            if (kept < best.Length) kept++;
            for (int i = kept - 1; i > at; i--) best[i] = best[i - 1];
            best[at] = j;
        }
    }
}
