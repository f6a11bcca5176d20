using System.Runtime.InteropServices;

namespace Cim.Runtime.Operators.Movement;

/// <summary>Indices that are computed: int32 or int64, counting from the end if negative.</summary>
internal readonly ref struct IndexList(ReadOnlySpan<byte> data, bool isLong)
{
    private readonly ReadOnlySpan<byte> _data = data;

    /// <summary>True if a type can hold indices.</summary>
    public static bool Fits(ElementType type) => type is ElementType.Int32 or ElementType.Int64;

    /// <summary>The index at a position, brought to 0 .. size-1.</summary>
    /// <exception cref="CimException">CIM0004: it is outside.</exception>
    public int At(int position, int size, Operator op)
    {
        long index = isLong ? MemoryMarshal.Cast<byte, long>(_data)[position] : MemoryMarshal.Cast<byte, int>(_data)[position];
        if (index < -size || index >= size) throw op.Error($"index {index} is outside an axis of size {size}.");
        return (int)(index < 0 ? index + size : index);
    }
}
