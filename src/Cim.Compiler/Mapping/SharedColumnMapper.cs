using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Cim.Compiler.Precision;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Hardware;

namespace Cim.Compiler.Mapping;

/// <summary>
/// Maps a layer whose strips share columns. On every row tile columns that are equal, or equal up to a sign or a power of two,
/// become one, whatever the policy says, and its uses add it to every output that needs it: no integer changes. Strips of zeros take
/// nothing.
/// </summary>
internal static class SharedColumnMapper
{
    /// <summary>The blocks of a layer of which every strip has a column of its own, but for equal ones.</summary>
    /// <param name="name">The layer, for errors.</param>
    /// <param name="integers">Int8 [outputs, rows].</param>
    /// <param name="widths">Widths of the strips.</param>
    /// <param name="profile">The hardware.</param>
    public static ImmutableArray<WeightBlock> Equal(string name, ReadOnlySpan<sbyte> integers, StripWidths widths, HardwareProfile profile)
    {
        var tiles = new List<(ImmutableArray<int>, IReadOnlyList<MappedColumn>)>();
        int outputs = widths.Bits[0].Length, rows = integers.Length / outputs;
        for (int t = 0; t < widths.Bits.Length; t++)
        {
            ImmutableArray<int> tile = widths.Grid.RowsOf(t);
            var distinct = new DistinctColumns(areUnsigned: false);
            for (int o = 0; o < outputs; o++)
            {
                ReadOnlySpan<sbyte> own = integers.Slice(o * rows, rows);
                if (StripMapper.Shift(name, own, tile, widths.Bits[t][o]) >= 0)
                    distinct.Add(widths.Bits[t][o], Values(own, tile), new ColumnUse(0, o, 0, false));
            }

            tiles.Add((tile, distinct.Columns()));
        }

        return ColumnMapper.Map(tiles, profile.Encoding, profile);
    }

    /// <summary>The blocks of a layer with shared columns whose integers are known.</summary>
    /// <param name="name">The layer, for errors.</param>
    /// <param name="integers">Int8 [outputs, rows]; as the policy says.</param>
    /// <param name="shared">Which strips share columns.</param>
    /// <param name="profile">The hardware.</param>
    /// <exception cref="Cim.Runtime.CimException">CIM4003: the integers are not those of the shared columns.</exception>
    public static ImmutableArray<WeightBlock> Map(string name, ReadOnlySpan<sbyte> integers, SharedColumns shared, HardwareProfile profile)
    {
        var tiles = new List<(ImmutableArray<int>, IReadOnlyList<MappedColumn>)>();
        for (int t = 0; t < shared.Tiles.Length; t++)
        {
            ImmutableArray<int> tile = shared.Widths.Grid.RowsOf(t);
            int[][] columns = ColumnRecovery.Recover(name, integers, shared, t);
            var distinct = new DistinctColumns(shared.IsSplit);
            for (int o = 0; o < shared.Tiles[t].Length; o++)
            {
                ColumnCombination combination = shared.Tiles[t][o];
                if (combination.Plus >= 0)
                    distinct.Add(shared.Widths.Bits[t][o], columns[combination.Plus], new ColumnUse(0, o, combination.Shift, false));
                if (combination.Minus >= 0)
                    distinct.Add(shared.Widths.Bits[t][o], columns[combination.Minus], new ColumnUse(0, o, combination.Shift, true));
            }

            tiles.Add((tile, distinct.Columns()));
        }

        return ColumnMapper.Map(tiles, shared.IsSplit ? WeightEncoding.Unsigned : profile.Encoding, profile);
    }

    /// <summary>What cost needs before there are integers: no column is taken to be zero or equal to another.</summary>
    public static ImmutableArray<WeightBlock> Map(SharedColumns shared, HardwareProfile profile) => ColumnMapper.Map(
        shared.Tiles.Select((strips, t) => (shared.Widths.Grid.RowsOf(t), (IReadOnlyList<MappedColumn>)
        [
            .. Enumerable.Range(0, shared.Columns(t))
                .Select(c => (Column: c, Users: Enumerable.Range(0, strips.Length).Where(o => strips[o].Factor(c) != 0).ToArray()))
                .Where(c => c.Users.Length > 0)
                .Select(c =>
                    new MappedColumn(shared.Widths.Bits[t][c.Users[0]],
                    [.. c.Users.Select(o => new ColumnUse(0, o, strips[o].Shift, strips[o].Minus == c.Column))])),
        ])),
        shared.IsSplit ? WeightEncoding.Unsigned : profile.Encoding, profile);

    private static int[] Values(ReadOnlySpan<sbyte> weights, ImmutableArray<int> rows)
    {
        int[] values = new int[rows.Length];
        for (int i = 0; i < values.Length; i++) values[i] = weights[rows[i]];
        return values;
    }
}

/// <summary>Columns of a row tile, equal ones once.</summary>
/// <param name="areUnsigned">A column and its negation are not one.</param>
internal sealed class DistinctColumns(bool areUnsigned)
{
    private readonly Dictionary<string, (int Bits, int[] Values, List<ColumnUse> Uses)> _columns = new(StringComparer.Ordinal);

    /// <summary>Adds what a column gives to an output; a column of zeros gives nothing.</summary>
    /// <param name="bits">The column's width.</param>
    /// <param name="values">Its integers.</param>
    /// <param name="use">The output, with shift and sign.</param>
    public void Add(int bits, int[] values, ColumnUse use)
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
        if (!_columns.TryGetValue(key, out (int Bits, int[] Values, List<ColumnUse> Uses) known))
            _columns[key] = known = (bits, reduced, []);
        known.Uses.Add(use with { Shift = use.Shift + common, Negative = use.Negative != sign < 0 });
    }

    /// <summary>The columns in the order they came, each with the largest integers its width and its uses allow, so that cells are used to
    /// the full.</summary>
    public IReadOnlyList<MappedColumn> Columns() => [.. _columns.Values.Select(Column)];

    private MappedColumn Column((int Bits, int[] Values, List<ColumnUse> Uses) column)
    {
        int largest = column.Values.Max(Math.Abs),
            levels = WeightScales.Levels(column.Bits),
            shift = 0,
            least = column.Uses.Min(t => t.Shift);
        while (shift < least && largest << (shift + 1) <= levels) shift++;
        // A sign on the cells instead of on the first use: where nothing is shared, columns are the strips themselves.
        bool negative = !areUnsigned && column.Uses[0].Negative;
        var distinct = new MappedColumn(
            column.Bits, [.. column.Uses.Select(t => t with { Shift = t.Shift - shift, Negative = t.Negative != negative })]);
        return areUnsigned ? distinct with { Integers = [.. column.Values.Select(v => (sbyte)(v << shift))] } : distinct;
    }
}
