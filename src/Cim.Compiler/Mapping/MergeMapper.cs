using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Cim.Compiler.Precision;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Hardware;
using Cim.Runtime.Mapping;

namespace Cim.Compiler.Mapping;

/// <summary>
/// Places a layer whose strips share columns. On every row tile columns that are equal, or equal up to a sign or a power of two,
/// become one, whatever the ties say, and its taps add it to every output that needs it: no integer changes. Strips of zeros take nothing.
/// </summary>
internal static class MergeMapper
{
    /// <summary>The blocks of a layer of which every strip has a column of its own, but for equal ones.</summary>
    /// <param name="name">The layer, for errors.</param>
    /// <param name="integers">Int8 [outputs, rows].</param>
    /// <param name="widths">Widths of the strips.</param>
    /// <param name="profile">The hardware.</param>
    public static ImmutableArray<WeightBlock> Equal(string name, ReadOnlySpan<sbyte> integers, StripWidths widths, HardwareProfile profile)
    {
        var tiles = new List<(ImmutableArray<int>, IReadOnlyList<PoolColumn>)>();
        int outputs = widths.Bits[0].Length, rows = integers.Length / outputs;
        for (int t = 0; t < widths.Bits.Length; t++)
        {
            ImmutableArray<int> tile = widths.Grid.RowsOf(t);
            var pool = new ColumnPool(areUnsigned: false);
            for (int o = 0; o < outputs; o++)
            {
                ReadOnlySpan<sbyte> own = integers.Slice(o * rows, rows);
                if (StripMapper.Shift(name, own, tile, widths.Bits[t][o]) >= 0)
                    pool.Add(widths.Bits[t][o], Values(own, tile), new BlockTap(0, o, 0, false));
            }

            tiles.Add((tile, pool.Columns()));
        }

        return ColumnPlacer.Place(tiles, profile.Encoding, profile);
    }

    /// <summary>The blocks of a layer with ties whose integers are known.</summary>
    /// <param name="name">The layer, for errors.</param>
    /// <param name="integers">Int8 [outputs, rows]; as the ties say.</param>
    /// <param name="ties">Which strips share columns.</param>
    /// <param name="profile">The hardware.</param>
    /// <exception cref="Cim.Runtime.CimException">CIM4003: the integers are not those of the ties.</exception>
    public static ImmutableArray<WeightBlock> Map(string name, ReadOnlySpan<sbyte> integers, StripTies ties, HardwareProfile profile)
    {
        var tiles = new List<(ImmutableArray<int>, IReadOnlyList<PoolColumn>)>();
        for (int t = 0; t < ties.Tiles.Length; t++)
        {
            ImmutableArray<int> tile = ties.Widths.Grid.RowsOf(t);
            int[][] columns = TiedColumns.Recover(name, integers, ties, t);
            var pool = new ColumnPool(ties.IsSplit);
            for (int o = 0; o < ties.Tiles[t].Length; o++)
            {
                StripTie tie = ties.Tiles[t][o];
                if (tie.Plus >= 0) pool.Add(ties.Widths.Bits[t][o], columns[tie.Plus], new BlockTap(0, o, tie.Shift, false));
                if (tie.Minus >= 0) pool.Add(ties.Widths.Bits[t][o], columns[tie.Minus], new BlockTap(0, o, tie.Shift, true));
            }

            tiles.Add((tile, pool.Columns()));
        }

        return ColumnPlacer.Place(tiles, ties.IsSplit ? WeightEncoding.Unsigned : profile.Encoding, profile);
    }

    /// <summary>What cost needs before there are integers: no column is taken to be zero or equal to another.</summary>
    public static ImmutableArray<WeightBlock> Map(StripTies ties, HardwareProfile profile) => ColumnPlacer.Place(
        ties.Tiles.Select((strips, t) => (ties.Widths.Grid.RowsOf(t), (IReadOnlyList<PoolColumn>)
        [
            .. Enumerable.Range(0, ties.Columns(t))
                .Select(c => (Column: c, Users: Enumerable.Range(0, strips.Length).Where(o => strips[o].Factor(c) != 0).ToArray()))
                .Where(c => c.Users.Length > 0)
                .Select(c =>
                    new PoolColumn(ties.Widths.Bits[t][c.Users[0]],
                    [.. c.Users.Select(o => new BlockTap(0, o, strips[o].Shift, strips[o].Minus == c.Column))])),
        ])),
        ties.IsSplit ? WeightEncoding.Unsigned : profile.Encoding, profile);

    private static int[] Values(ReadOnlySpan<sbyte> weights, ImmutableArray<int> rows)
    {
        int[] values = new int[rows.Length];
        for (int i = 0; i < values.Length; i++) values[i] = weights[rows[i]];
        return values;
    }
}

/// <summary>Columns of a row tile, equal ones once.</summary>
/// <param name="areUnsigned">A column and its negation are not one.</param>
internal sealed class ColumnPool(bool areUnsigned)
{
    private readonly Dictionary<string, (int Bits, int[] Values, List<BlockTap> Taps)> _columns = new(StringComparer.Ordinal);

    /// <summary>Adds what a column gives to an output; a column of zeros gives nothing.</summary>
    /// <param name="bits">The column's width.</param>
    /// <param name="values">Its integers.</param>
    /// <param name="tap">The output, with shift and sign.</param>
    public void Add(int bits, int[] values, BlockTap tap)
    {
        int all = 0, first = 0;
        foreach (int v in values)
        {
            all |= Math.Abs(v);
            if (first == 0) first = v;
        }

        if (all == 0) return;
        int common = int.TrailingZeroCount(all), sign = first < 0 && !areUnsigned ? -1 : 1;
        int[] reduced = [.. values.Select(v => sign * v / (1 << common))];
        string key = $"{bits}:{Convert.ToBase64String(MemoryMarshal.AsBytes(reduced.AsSpan()))}";
        if (!_columns.TryGetValue(key, out (int Bits, int[] Values, List<BlockTap> Taps) known))
            _columns[key] = known = (bits, reduced, []);
        known.Taps.Add(tap with { Shift = tap.Shift + common, Negative = tap.Negative != sign < 0 });
    }

    /// <summary>The columns in the order they came, each with the largest integers its width and its taps allow, so that cells are used to
    /// the full.</summary>
    public IReadOnlyList<PoolColumn> Columns() => [.. _columns.Values.Select(Column)];

    private PoolColumn Column((int Bits, int[] Values, List<BlockTap> Taps) column)
    {
        int largest = column.Values.Max(Math.Abs),
            levels = WeightScales.Levels(column.Bits),
            shift = 0,
            least = column.Taps.Min(t => t.Shift);
        while (shift < least && largest << (shift + 1) <= levels) shift++;
        // A sign on the cells instead of on the first tap: where nothing is shared, columns are the strips themselves.
        bool negative = !areUnsigned && column.Taps[0].Negative;
        var pool = new PoolColumn(
            column.Bits, [.. column.Taps.Select(t => t with { Shift = t.Shift - shift, Negative = t.Negative != negative })]);
        return areUnsigned ? pool with { Integers = [.. column.Values.Select(v => (sbyte)(v << shift))] } : pool;
    }
}
