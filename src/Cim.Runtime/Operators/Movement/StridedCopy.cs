using System.Runtime.InteropServices;

namespace Cim.Runtime.Operators.Movement;

/// <summary>
/// Fills a row-major output from an input read at <c>offset + sum(index * stride)</c>: transposition, slicing, splitting
/// and expansion are all this walk. Neighbouring axes that lie behind one another are merged; elements are moved as raw bytes.
/// </summary>
internal sealed class StridedCopy
{
    private readonly int _offset, _elementSize, _inner, _innerStride, _rows;
    private readonly int[] _dims, _strides; // outer axes, outermost first

    /// <param name="elementSize">Bytes of one element: 1, 4 or 8.</param>
    /// <param name="dims">The output's dimensions.</param>
    /// <param name="strides">Input elements between neighbours along each output axis; may be 0 or negative.</param>
    /// <param name="offset">Input element of the first output element.</param>
    public StridedCopy(int elementSize, ReadOnlySpan<int> dims, ReadOnlySpan<int> strides, int offset)
    {
        (_elementSize, _offset) = (elementSize, offset);
        var mergedDims = new List<int>();
        var mergedStrides = new List<int>();
        _rows = 1;
        for (int axis = dims.Length - 1; axis >= 0; axis--)
        {
            if (dims[axis] == 0) _rows = 0;
            if (dims[axis] == 1) continue;
            if (mergedDims.Count > 0 && strides[axis] == mergedStrides[^1] * mergedDims[^1])
            {
                mergedDims[^1] *= dims[axis];
                continue;
            }

            mergedDims.Add(dims[axis]);
            mergedStrides.Add(strides[axis]);
        }

        if (mergedDims.Count == 0)
        {
            mergedDims.Add(1);
            mergedStrides.Add(1);
        }

        (_inner, _innerStride) = (mergedDims[0], mergedStrides[0]);
        _dims = [.. mergedDims.Skip(1).Reverse()];
        _strides = [.. mergedStrides.Skip(1).Reverse()];
        if (_rows != 0) foreach (int d in _dims) _rows *= d;
    }

    public void Run(ReadOnlySpan<byte> input, Span<byte> output)
    {
        switch (_elementSize)
        {
            case 1: Run<byte>(input, output); break;
            case 4: Run<int>(input, output); break;
            default: Run<long>(input, output); break;
        }
    }

    private void Run<T>(ReadOnlySpan<byte> inputBytes, Span<byte> outputBytes) where T : unmanaged
    {
        ReadOnlySpan<T> input = MemoryMarshal.Cast<byte, T>(inputBytes);
        Span<T> output = MemoryMarshal.Cast<byte, T>(outputBytes);
        Span<int> counters = stackalloc int[_dims.Length];
        counters.Clear();
        int source = _offset;
        for (int row = 0; row < _rows; row++)
        {
            Span<T> target = output.Slice(row * _inner, _inner);
            if (_innerStride == 1)
            {
                input.Slice(source, _inner).CopyTo(target);
            }
            else if (_innerStride == 0)
            {
                target.Fill(input[source]);
            }
            else
            {
                int at = source;
                for (int i = 0; i < target.Length; i++, at += _innerStride) target[i] = input[at];
            }

            for (int d = _dims.Length - 1; d >= 0; d--)
            {
                source += _strides[d];
                if (++counters[d] < _dims[d]) break;
                source -= _strides[d] * _dims[d];
                counters[d] = 0;
            }
        }
    }
}
