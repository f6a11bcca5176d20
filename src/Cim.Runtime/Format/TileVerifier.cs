using Cim.Runtime.Crossbar;
using Cim.Runtime.Hardware;
using Cim.Runtime.Mapping;

namespace Cim.Runtime.Format;

/// <summary>
/// Checks where the weights of a matrix lie: on arrays of the profile, no cell twice, and every weight that is not zero on some
/// cell. Arrays that would hold zeros alone may be left out, except where a zero is a cell that conducts.
/// </summary>
internal static class TileVerifier
{
    /// <summary>What is wrong, or null. Extents were checked before (<see cref="LayerVerifier.Placement"/>).</summary>
    public static string? Problem(CrossbarLayer part, HardwareProfile profile)
    {
        LayerMapping m = part.Mapping;
        foreach (RowTile tile in m.RowTiles)
            if (tile.Rows > profile.Rows) return $"a row tile has {tile.Rows} rows, an array {profile.Rows}";
        foreach (ArrayTile t in m.Tiles)
        {
            if (t.Columns % m.CellsPerSlice != 0 || t.FirstColumn % m.CellsPerSlice != 0) return "an array parts the two cells of a pair";
            if ((long)t.GroupCount * t.Rows > profile.Rows || t.ColumnInArray + ((long)t.GroupCount * t.Columns) > profile.Columns)
                return $"an array holds more than {profile.Rows} x {profile.Columns} cells";
        }

        return UnmappedRows(part) ?? (m.Tiles.IsEmpty ? null : Cover(part));
    }

    /// <summary>What is wrong with blocks that share arrays, or null.</summary>
    public static string? SharedArrays(IEnumerable<WeightBlock> blocks, HardwareProfile profile)
    {
        var used = new Dictionary<int, long>();
        foreach (ArrayTile t in blocks.SelectMany(b => b.Mapping.Tiles))
        {
            if (t.Array < 0) continue;
            long columns = used.GetValueOrDefault(t.Array) + t.Columns;
            if (columns > profile.Columns) return $"array {t.Array} holds more than {profile.Columns} columns";
            used[t.Array] = columns;
        }

        return null;
    }

    private static string? UnmappedRows(CrossbarLayer part)
    {
        if (part.Mapping.MappedRows(part.RowsPerGroup) == part.RowsPerGroup) return null;
        int[] tiles = part.Mapping.TileOfRow(part.RowsPerGroup);
        ReadOnlySpan<sbyte> w = part.Weights.Span<sbyte>();
        for (int i = 0; i < w.Length; i++)
            if (w[i] != 0 && tiles[i % part.RowsPerGroup] < 0) return "a row that lies on no array has weights";
        return null;
    }

    // Tiles form a grid: runs of groups, within them runs of rows, within them runs of columns.
    private static string? Cover(CrossbarLayer part)
    {
        const string Twice = "a cell lies on two arrays", Nowhere = "a weight lies on no array";
        LayerMapping m = part.Mapping;
        int rows = m.MappedRows(part.RowsPerGroup), columns = part.ColumnsPerGroup * m.ColumnsPerOutput;
        bool Holds((int First, int Count) groups, (int First, int Count) positions, (int First, int Count) run) =>
            HoldsWeight(part, groups, positions, run);

        var byGroups = m.Tiles.GroupBy(t => (t.FirstGroup, t.GroupCount)).ToArray();
        if (Gaps(byGroups.Select(g => g.Key), part.Groups) is not { } groupGaps) return Twice;
        if (groupGaps.Any(gap => Holds(gap, (0, rows), (0, columns)))) return Nowhere;
        foreach (var groups in byGroups)
        {
            var byRows = groups.GroupBy(t => (t.FirstRow, t.Rows)).ToArray();
            if (Gaps(byRows.Select(g => g.Key), rows) is not { } rowGaps) return Twice;
            if (rowGaps.Any(gap => Holds(groups.Key, gap, (0, columns)))) return Nowhere;
            foreach (var run in byRows)
            {
                if (Gaps(run.Select(t => (t.FirstColumn, t.Columns)), columns) is not { } columnGaps) return Twice;
                if (columnGaps.Any(gap => Holds(groups.Key, run.Key, gap))) return Nowhere;
            }
        }

        return null;
    }

    /// <summary>What ranges leave free of a length; null if two overlap.</summary>
    private static List<(int First, int Count)>? Gaps(IEnumerable<(int First, int Count)> ranges, int length)
    {
        var gaps = new List<(int, int)>();
        int end = 0;
        foreach ((int first, int count) in ranges.OrderBy(r => r.First))
        {
            if (first < end) return null;
            if (first > end) gaps.Add((end, first - end));
            end = first + count;
        }

        if (end < length) gaps.Add((end, length - end));
        return gaps;
    }

    // With an offset every weight is a cell that conducts.
    private static bool HoldsWeight(
        CrossbarLayer part, (int First, int Count) groups, (int First, int Count) positions, (int First, int Count) columns)
    {
        LayerMapping m = part.Mapping;
        if (m.Encoding == WeightEncoding.Offset) return true;
        ReadOnlySpan<sbyte> w = part.Weights.Span<sbyte>();
        int firstOutput = columns.First / m.ColumnsPerOutput, lastOutput = (columns.First + columns.Count - 1) / m.ColumnsPerOutput;
        for (int group = groups.First; group < groups.First + groups.Count; group++)
        {
            for (int output = firstOutput; output <= lastOutput; output++)
            {
                ReadOnlySpan<sbyte> own = w.Slice(((group * part.ColumnsPerGroup) + output) * part.RowsPerGroup, part.RowsPerGroup);
                for (int position = positions.First; position < positions.First + positions.Count; position++)
                    if (own[m.RowAt(position)] != 0) return true;
            }
        }

        return false;
    }
}
