using System.Numerics;
using Cim.Runtime.Program;

namespace Cim.Runtime.Operators.Reduction;

/// <summary>
/// ArgMax and ArgMin(data) with attributes <c>axis</c> (default 0), <c>keepdims</c> (default 1), <c>select_last_index</c>;
/// int64 indices, ties go to the first (or last) index.
/// </summary>
internal sealed class ArgExtreme(AttributeMap attributes, bool smallest) : Operator
{
    protected override Kernel Bind(OperatorInputs inputs)
    {
        TensorInfo x = inputs.Required(0, "data");
        int rank = x.Shape.Rank, axis = Axis(attributes.Int("axis", 0), rank);
        if (x.Shape[axis] == 0) throw Error($"axis {axis} of {x.Shape} is empty.");
        var dims = new List<long>(x.Shape.ToLongs());
        if (attributes.Int("keepdims", 1) != 0) dims[axis] = 1;
        else dims.RemoveAt(axis);
        TensorInfo output = Output(ElementType.Int64, [.. dims]);
        bool[] reduced = new bool[rank];
        reduced[axis] = true;
        var rows = new ReducedRows(x, reduced);
        bool last = attributes.Int("select_last_index", 0) != 0;
        return x.Type switch
        {
            ElementType.Float32 => Create<float>(output, rows, last),
            ElementType.Int64 => Create<long>(output, rows, last),
            ElementType.Int32 => Create<int>(output, rows, last),
            ElementType.Int8 => Create<sbyte>(output, rows, last),
            ElementType.UInt8 => Create<byte>(output, rows, last),
            _ => throw Error($"{x.Type} inputs are not supported."),
        };
    }

    private Kernel Create<T>(TensorInfo output, ReducedRows rows, bool last) where T : unmanaged, INumber<T>
    {
        bool min = smallest;
        return new Kernel(output, (in KernelCall c) =>
        {
            ReadOnlySpan<T> x = rows.Gather<T>(c);
            Span<long> y = c.Output<long>(0);
            for (int i = 0; i < y.Length; i++)
            {
                ReadOnlySpan<T> row = x.Slice(i * rows.Length, rows.Length);
                int best = 0;
                for (int j = 1; j < row.Length; j++)
                    if ((min ? row[j] < row[best] : row[j] > row[best]) || (last && row[j] == row[best])) best = j;
                y[i] = best;
            }
        }) { WorkspaceBytes = rows.WorkspaceBytes };
    }
}
