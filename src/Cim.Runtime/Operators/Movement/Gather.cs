using System.Runtime.InteropServices;

namespace Cim.Runtime.Operators.Movement;

/// <summary>Gather(data, indices) along attribute <c>axis</c> (default 0); indices are int32 or int64, may be computed, and count from the
/// end if negative.</summary>
internal sealed class Gather(long axisAttribute) : Operator
{
    protected override Kernel Bind(OperatorInputs inputs)
    {
        TensorInfo x = inputs.Required(0, "data"), indices = inputs.Required(1, "indices");
        if (indices.Type is not (ElementType.Int32 or ElementType.Int64))
            throw Error($"indices are {indices.Type}, Int64 or Int32 is needed.");
        int rank = x.Shape.Rank, axis = Axis(axisAttribute, rank), size = x.Shape[axis];
        long[] all = x.Shape.ToLongs();
        TensorInfo output = Output(x.Type, [.. all.AsSpan(0, axis), .. indices.Shape.ToLongs(), .. all.AsSpan(axis + 1)]);
        int slabs = x.Shape.Product(0, axis), run = x.Shape.Product(axis + 1, rank) * x.Type.SizeOf();
        int count = checked((int)indices.Shape.Elements);
        bool isLong = indices.Type == ElementType.Int64;
        return new Kernel(output, (in KernelCall c) =>
        {
            ReadOnlySpan<byte> source = c.Input(0), raw = c.Input(1);
            Span<byte> y = c.Output(0);
            for (int i = 0; i < count; i++)
            {
                long index = isLong ? MemoryMarshal.Cast<byte, long>(raw)[i] : MemoryMarshal.Cast<byte, int>(raw)[i];
                if (index < -size || index >= size) throw Error($"index {index} is outside axis {axis} of size {size}.");
                int at = (int)(index < 0 ? index + size : index);
                for (int s = 0; s < slabs; s++)
                    source.Slice(((s * size) + at) * run, run).CopyTo(y[(((s * count) + i) * run)..]);
            }
        });
    }
}
