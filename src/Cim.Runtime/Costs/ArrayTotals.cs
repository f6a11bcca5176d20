using Cim.Runtime.Mapping;

namespace Cim.Runtime.Costs;

/// <summary>Sums over the arrays of a mapping.</summary>
internal readonly struct ArrayTotals
{
    public ArrayTotals(IEnumerable<LayerMapping> mappings)
    {
        var shared = new Dictionary<int, (long Rows, int Columns)>();
        foreach (LayerMapping mapping in mappings)
            foreach (ArrayTile t in mapping.Tiles)
            {
                int columns = t.GroupCount * t.Columns / mapping.CellsPerSlice;
                Cells += (long)t.GroupCount * t.Rows * t.Columns;
                if (t.Array >= 0)
                {
                    (long rows, int before) = shared.GetValueOrDefault(t.Array);
                    shared[t.Array] = (Math.Max(rows, t.Rows), before + columns);
                    continue;
                }

                Count++;
                DrivenRows += (long)t.GroupCount * t.Rows;
                MaxColumns = Math.Max(MaxColumns, columns);
            }

        Count += shared.Count;
        foreach ((long rows, int columns) in shared.Values)
        {
            DrivenRows += rows;
            MaxColumns = Math.Max(MaxColumns, columns);
        }
    }

    public long Count { get; }

    /// <summary>Word lines that carry an input.</summary>
    public long DrivenRows { get; }

    /// <summary>Cells that hold a weight.</summary>
    public long Cells { get; }

    /// <summary>Sums to convert in the fullest array.</summary>
    public int MaxColumns { get; }
}
