using Cim.Runtime.Tensors;

namespace Cim.Runtime.Operators.Elementwise;

/// <summary>
/// How up to three operands are walked to fill a broadcast result: <see cref="Rows"/> runs of <see cref="Inner"/>
/// elements, in which each operand either advances by one element or stays. Neighbouring axes that behave alike are merged.
/// </summary>
internal sealed class BroadcastPlan
{
    private readonly int[] _dims; // outer axes, outermost first
    private readonly int[][] _strides; // [operand][outer axis]

    public BroadcastPlan(Shape output, params ReadOnlySpan<Shape> operands)
    {
        int count = operands.Length;
        var dims = new List<int>();
        var strides = new List<int>[count];
        int[][] full = new int[count][];
        for (int o = 0; o < count; o++)
        {
            strides[o] = [];
            full[o] = AlignedStrides(operands[o], output);
        }

        // Innermost first: an axis joins the one inside it if every operand walks straight on.
        for (int axis = output.Rank - 1; axis >= 0; axis--)
        {
            if (output[axis] == 1) continue;
            int last = dims.Count - 1;
            bool joins = last >= 0;
            for (int o = 0; o < count && joins; o++) joins = full[o][axis] == strides[o][last] * dims[last];
            if (joins)
            {
                dims[last] *= output[axis];
                continue;
            }

            dims.Add(output[axis]);
            for (int o = 0; o < count; o++) strides[o].Add(full[o][axis]);
        }

        if (dims.Count == 0)
        {
            dims.Add(1);
            foreach (List<int> s in strides) s.Add(1);
        }

        Inner = dims[0];
        InnerStrides = [.. strides.Select(s => s[0])];
        _dims = [.. dims.Skip(1).Reverse()];
        _strides = [.. strides.Select(s => s.Skip(1).Reverse().ToArray())];
        Rows = output.Elements == 0 ? 0 : _dims.Aggregate(1, (a, b) => a * b);
    }

    /// <summary>Elements of one run.</summary>
    public int Inner { get; }

    /// <summary>Per operand 1 or 0: whether it advances within a run.</summary>
    public int[] InnerStrides { get; }

    /// <summary>Number of runs.</summary>
    public int Rows { get; }

    /// <summary>Counters a walk needs: pass that many zeros.</summary>
    public int Counters => _dims.Length;

    /// <summary>Moves the operand offsets to the next run.</summary>
    public void Advance(Span<int> counters, Span<int> offsets)
    {
        for (int d = _dims.Length - 1; d >= 0; d--)
        {
            for (int o = 0; o < offsets.Length; o++) offsets[o] += _strides[o][d];
            if (++counters[d] < _dims[d]) return;
            for (int o = 0; o < offsets.Length; o++) offsets[o] -= _strides[o][d] * _dims[d];
            counters[d] = 0;
        }
    }

    /// <summary>Strides of an operand along the axes of the output, 0 where it is broadcast.</summary>
    private static int[] AlignedStrides(Shape operand, Shape output)
    {
        int[] own = operand.Strides();
        int[] aligned = new int[output.Rank];
        int shift = output.Rank - operand.Rank;
        for (int i = 0; i < own.Length; i++)
            aligned[shift + i] = operand[i] == 1 ? 0 : own[i];
        return aligned;
    }
}
