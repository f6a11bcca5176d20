using Cim.Runtime.Tensors;

namespace Cim.Runtime.Operators.Movement;

/// <summary>Walks over indices whose places, but for one axis, are places of the data, too.</summary>
internal sealed class ElementWalk
{
    private readonly int[] _dims, _strides;

    /// <exception cref="CimException">CIM0004: the indices are larger than the data.</exception>
    public ElementWalk(Operator op, Shape data, Shape indices, int axis)
    {
        if (data.Rank != indices.Rank) throw op.Error($"data {data} and indices {indices} need the same number of dimensions.");
        for (int i = 0; i < data.Rank; i++)
            if (i != axis && indices[i] > data[i]) throw op.Error($"indices {indices} are larger than data {data} along axis {i}.");
        _dims = [.. indices.Dims];
        _strides = data.Strides();
        AxisStride = _strides[axis];
        _strides[axis] = 0;
        Count = checked((int)indices.Elements);
    }

    public int Rank => _dims.Length;

    /// <summary>How many indices there are.</summary>
    public int Count { get; }

    /// <summary>Elements of the data between neighbours along the axis.</summary>
    public int AxisStride { get; }

    /// <summary>The place in the data, the axis left at 0.</summary>
    public int Offset(ReadOnlySpan<int> counters)
    {
        int offset = 0;
        for (int d = 0; d < counters.Length; d++) offset += counters[d] * _strides[d];
        return offset;
    }

    /// <summary>Moves on by one index.</summary>
    public void Next(Span<int> counters)
    {
        for (int d = counters.Length - 1; d >= 0 && ++counters[d] == _dims[d]; d--) counters[d] = 0;
    }
}
