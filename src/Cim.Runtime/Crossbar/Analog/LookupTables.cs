using System.Numerics;
using Cim.Runtime.Crossbar.Kernels;
using Cim.Runtime.Crossbar.Planning;

namespace Cim.Runtime.Crossbar.Analog;

/// <summary>What one call of <see cref="LookupSums"/> adds up: one column with all its digits, or two columns of one digit.</summary>
/// <param name="Column">Output (within the group) times weight slices plus slice.</param>
/// <param name="Other">The column of the second table, -1 = that table is another digit of the first column, or empty.</param>
internal readonly record struct LookupUnit(int Column, int Other);

/// <summary>
/// The levels of a layer as tables of all sixteen sums of four rows, for every group, row tile and unit. A table's smallest sum
/// is taken off, so that entries are not negative, and goes into the column's start.
/// </summary>
internal sealed class LookupTables
{
    /// <summary>Rows of one lookup.</summary>
    public const int Rows = 4;

    private const int Entries = 1 << Rows;
    private const int LargestSum = short.MaxValue;

    private readonly int[] _unitStart;
    private readonly int _groupBytes;

    /// <param name="plan">The layer.</param>
    /// <param name="levels">Its levels.</param>
    /// <param name="layout">How its inputs lie.</param>
    /// <param name="planeLength">Bytes of one plane of indices.</param>
    public LookupTables(AnalogPlan plan, FixedLevels levels, PlaneLayout layout, int planeLength)
    {
        CrossbarLayer layer = plan.Layer;
        int slices = plan.Cells.Slices.Length;
        Columns = layer.ColumnsPerGroup * slices;
        Tiles = new LookupTile[layer.Mapping.RowTiles.Length];
        int[] tileOf = layer.Mapping.TileOfRow(layer.RowsPerGroup);
        for (int t = 0; t < Tiles.Length; t++)
        {
            Tiles[t] = new LookupTile(tileOf, t, layout, Planes, planeLength);
            Planes += Tiles[t].Planes;
        }
        int widest = Widest(layer, levels), bits = 32 - BitOperations.LeadingZeroCount((uint)Math.Max(1, widest));
        // A byte holds two steps' digits, and 16 bits the sum of all steps'.
        LongestTile = Tiles.Max(t => t.PaddedSteps);
        int most = Math.Min(7, BitOperations.Log2((uint)((LargestSum / LongestTile) + 1)));
        Digits = (bits + most - 1) / most;
        if (Digits > 3) throw new InvalidOperationException($"Sums of {bits} bits over {LongestTile} steps do not suit lookup.");
        // The digits that let most steps be added in bytes.
        for (int candidate = (bits + Digits - 1) / Digits; candidate <= most; candidate++)
        {
            int top = Math.Max((1 << candidate) - 1, widest >> (candidate * (Digits - 1))), segment = byte.MaxValue / top / 2 * 2;
            if (segment > Segment) (DigitBits, Segment) = (candidate, segment);
        }
        FitsShorts = Digits <= 2 && (long)widest * LongestTile <= ushort.MaxValue;
        Units = Digits > 1
            ? [.. Enumerable.Range(0, Columns).Select(c => new LookupUnit(c, -1))]
            : [.. Enumerable.Range(0, (Columns + 1) / 2).Select(u => new LookupUnit(2 * u, (2 * u) + 1 < Columns ? (2 * u) + 1 : -1))];
        StepBytes = Entries * Math.Max(2, Digits);
        _unitStart = new int[Tiles.Length * Units.Length];
        for (int i = 0; i < _unitStart.Length; i++)
        {
            _unitStart[i] = _groupBytes;
            _groupBytes = checked(_groupBytes + (Tiles[i / Units.Length].PaddedSteps * StepBytes));
        }
        Values = new byte[checked(layer.Groups * _groupBytes)];
        Starts = new int[layer.Groups * Tiles.Length * Columns];
        for (int group = 0; group < layer.Groups; group++)
        for (int t = 0; t < Tiles.Length; t++)
        for (int column = 0; column < Columns; column++)
        {
            int output = (group * layer.ColumnsPerGroup) + (column / slices), unit = Digits > 1 ? column : column / 2;
            ReadOnlySpan<int> rows = levels.Values.AsSpan(
                ((column % slices * layer.Outputs) + output) * layer.RowsPerGroup, layer.RowsPerGroup);
            Span<byte> tables = Values.AsSpan(Start(group, t, unit) + (Digits > 1 ? 0 : column % 2 * Entries));
            Starts[(((group * Tiles.Length) + t) * Columns) + column] = Fill(Tiles[t], rows, tables, StepBytes, Digits, DigitBits);
        }
        int[] ones = new int[layer.RowsPerGroup];
        Array.Fill(ones, 1);
        Ones = [.. Tiles.Select(tile =>
        {
            byte[] tables = new byte[tile.PaddedSteps * 2 * Entries];
            Fill(tile, ones, tables, 2 * Entries, 1, 8);
            return tables;
        })];
    }

    public LookupTile[] Tiles { get; }

    /// <summary>Planes of indices of all tiles.</summary>
    public int Planes { get; }

    /// <summary>Columns of one group, slices counted.</summary>
    public int Columns { get; }

    public LookupUnit[] Units { get; }

    /// <summary>Tables of one column.</summary>
    public int Digits { get; }

    /// <summary>A digit counts 2^DigitBits of the one before.</summary>
    public int DigitBits { get; }

    /// <summary>Sums, before what they start from, fit 16 bits.</summary>
    public bool FitsShorts { get; }

    /// <summary>Steps whose entries fit a byte together, an even number.</summary>
    public int Segment { get; }

    /// <summary>Bytes of one step of a unit.</summary>
    public int StepBytes { get; }

    public byte[] Values { get; }

    /// <summary>What every sum starts from [group][tile][column].</summary>
    public int[] Starts { get; }

    /// <summary>Per tile, the tables of a column of ones; every second table is empty.</summary>
    public byte[][] Ones { get; }

    /// <summary>Steps of the longest tile.</summary>
    public int LongestTile { get; }

    /// <summary>Where a unit's tables begin in <see cref="Values"/>.</summary>
    public int Start(int group, int tile, int unit) => (group * _groupBytes) + _unitStart[(tile * Units.Length) + unit];

    // The widest range of sums of four rows.
    private int Widest(CrossbarLayer layer, FixedLevels levels)
    {
        int widest = 0;
        for (int first = 0; first < levels.Values.Length; first += layer.RowsPerGroup)
        foreach (LookupTile tile in Tiles)
        {
            for (int i = 0; i < tile.StepRows.Length; i += Rows)
            {
                int width = 0;
                foreach (int row in tile.StepRows.AsSpan(i, Rows)) width += row < 0 ? 0 : Math.Abs(levels.Values[first + row]);
                widest = Math.Max(widest, width);
            }
        }
        return widest;
    }

    // One column of a tile; the sum of what was taken off its tables.
    private static int Fill(LookupTile tile, ReadOnlySpan<int> levels, Span<byte> tables, int stepBytes, int digits, int digitBits)
    {
        int start = 0;
        Span<int> sums = stackalloc int[Entries];
        for (int step = 0; step < tile.Offsets.Length; step++)
        {
            int least = 0;
            sums[0] = 0;
            for (int i = 0; i < Rows; i++)
            {
                int row = tile.StepRows[(step * Rows) + i], level = row < 0 ? 0 : levels[row];
                least += Math.Min(level, 0);
                for (int index = 0; index < 1 << i; index++) sums[index + (1 << i)] = sums[index] + level;
            }
            start += least;
            for (int d = 0; d < digits; d++)
            for (int index = 0; index < Entries; index++)
            {
                int digit = (sums[index] - least) >> (d * digitBits);
                tables[(step * stepBytes) + (d * Entries) + index] = (byte)(d == digits - 1 ? digit : digit & ((1 << digitBits) - 1));
            }
        }
        return start;
    }
}
