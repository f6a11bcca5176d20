namespace Cim.Compiler.Scheduling.Copies;

/// <summary>
/// A binary max-heap in an array that orders equal keys as the heaps of the C++ standard library of GNU do, because the published rule
/// breaks its ties by them: a removed top leaves a hole that sinks to a leaf along the larger children, the second where they are equal,
/// and the last element rises from there.
/// </summary>
internal sealed class WindowHeap
{
    private readonly List<(int Layer, long Windows)> _heap = [];

    /// <summary>How many layers it holds.</summary>
    public int Count => _heap.Count;

    /// <summary>The layer with most windows.</summary>
    public int Top => _heap[0].Layer;

    /// <summary>Adds a layer.</summary>
    public void Push(int layer, long windows)
    {
        _heap.Add((layer, windows));
        Rise(_heap.Count - 1);
    }

    /// <summary>Removes the layer with most windows.</summary>
    public int Pop()
    {
        int top = _heap[0].Layer, last = _heap.Count - 1;
        (int, long) moved = _heap[last];
        _heap.RemoveAt(last);
        if (last == 0) return top;
        int hole = 0;
        while ((2 * hole) + 2 < last)
        {
            int child = (2 * hole) + 2;
            if (_heap[child].Windows < _heap[child - 1].Windows) child--;
            _heap[hole] = _heap[child];
            hole = child;
        }

        if ((2 * hole) + 2 == last)
        {
            _heap[hole] = _heap[last - 1];
            hole = last - 1;
        }

        _heap[hole] = moved;
        Rise(hole);
        return top;
    }

    private void Rise(int at)
    {
        (int Layer, long Windows) value = _heap[at];
        for (int parent = (at - 1) / 2; at > 0 && _heap[parent].Windows < value.Windows; parent = (at - 1) / 2)
        {
            _heap[at] = _heap[parent];
            at = parent;
        }

        _heap[at] = value;
    }
}
