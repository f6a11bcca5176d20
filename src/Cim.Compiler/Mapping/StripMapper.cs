using System.Collections.Immutable;
using Cim.Compiler.Quantization;
using Cim.Runtime;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Hardware;
using Cim.Runtime.Mapping;

namespace Cim.Compiler.Mapping;

/// <summary>
/// Lays strips of different widths on arrays: in every row tile the columns are sorted by width and laid side by side without
/// gaps, so the tile takes no more arrays than its cells need; each width of a tile is a <see cref="WeightBlock"/> whose taps
/// undo the sorting. Strips of zeros take nothing.
/// </summary>
internal static class StripMapper
{
    /// <summary>The blocks of a layer whose integers are known.</summary>
    /// <param name="name">The layer, for errors.</param>
    /// <param name="integers">Int8 [outputs, rows].</param>
    /// <param name="widths">The strips.</param>
    /// <param name="profile">The hardware.</param>
    /// <exception cref="CimException">CIM4003: the integers of a strip do not fit its width.</exception>
    public static ImmutableArray<WeightBlock> Map(string name, ReadOnlySpan<sbyte> integers, StripWidths widths, HardwareProfile profile)
    {
        int outputs = widths.Bits[0].Length, rows = widths.Grid.RowOrder.Length;
        int[][] shifts = new int[widths.Bits.Length][];
        for (int t = 0; t < shifts.Length; t++)
        {
            shifts[t] = new int[outputs];
            ImmutableArray<int> tile = widths.Grid.RowsOf(t);
            for (int o = 0; o < outputs; o++) shifts[t][o] = Shift(name, integers.Slice(o * rows, rows), tile, widths.Bits[t][o]);
        }

        return Place(widths, profile, (t, o) => shifts[t][o]);
    }

    /// <summary>What cost needs before there are integers: every strip of more than 0 bits counts.</summary>
    public static ImmutableArray<WeightBlock> Map(StripWidths widths, HardwareProfile profile) =>
        Place(widths, profile, (t, o) => widths.Bits[t][o] == 0 ? -1 : 0);

    /// <summary>As cost sees blocks.</summary>
    public static PlacedBlock[] Placed(ImmutableArray<WeightBlock> blocks) => [.. blocks.Select(b => new PlacedBlock(b.Mapping, b.Columns, b.Taps.Length))];

    private static ImmutableArray<WeightBlock> Place(StripWidths widths, HardwareProfile profile, Func<int, int, int> shift)
    {
        int cellsPerSlice = profile.Encoding is WeightEncoding.Differential or WeightEncoding.DifferentialTwoSided ? 2 : 1;
        int arrayColumns = profile.Columns - (profile.Columns % cellsPerSlice), array = 0;
        var blocks = ImmutableArray.CreateBuilder<WeightBlock>();
        for (int t = 0; t < widths.Bits.Length; t++)
        {
            ImmutableArray<int> rows = widths.Grid.RowsOf(t);
            int tile = t, at = 0;
            foreach (IGrouping<int, int> group in Enumerable.Range(0, widths.Bits[t].Length)
                .Where(o => shift(tile, o) >= 0).GroupBy(o => widths.Bits[tile][o]).OrderByDescending(g => g.Key))
            {
                ImmutableArray<BlockTap> taps = [.. group.Select((o, column) => new BlockTap(column, o, shift(tile, o), false))];
                ImmutableArray<int> slices = WeightSlices.Of(group.Key, profile);
                int columns = taps.Length * slices.Length * cellsPerSlice;
                blocks.Add(new WeightBlock
                {
                    Columns = taps.Length, Taps = taps, WeightBits = group.Key,
                    Mapping = new LayerMapping
                    {
                        Encoding = profile.Encoding, SliceBits = slices, RowOrder = rows, RowTiles = [new RowTile(0, rows.Length)],
                        Tiles = [.. Cut(columns, at, arrayColumns).Select(c => new ArrayTile(0, 1, 0, rows.Length, c.First, c.Count, array + c.Array, c.InArray))],
                    },
                });
                at += columns;
            }

            array += (at + arrayColumns - 1) / arrayColumns;
        }

        return blocks.ToImmutable();
    }

    /// <summary>A run of physical columns that begins at a place, cut at the ends of arrays.</summary>
    private static IEnumerable<(int First, int Count, int Array, int InArray)> Cut(int columns, int at, int arrayColumns)
    {
        for (int first = 0; first < columns;)
        {
            int inArray = (at + first) % arrayColumns, count = Math.Min(columns - first, arrayColumns - inArray);
            yield return (first, count, (at + first) / arrayColumns, inArray);
            first += count;
        }
    }

    /// <summary>The shift of a strip's integers: the least with which they fit; -1 if all of them are zero.</summary>
    private static int Shift(string name, ReadOnlySpan<sbyte> weights, ImmutableArray<int> rows, int bits) =>
        StripShift.Of(weights, rows, bits) ?? throw new CimException(ErrorCodes.InvalidMapping, $"Layer '{name}' has a strip of {bits} bits whose integers do not fit it. Quantize it with the same policy it is mapped with.");
}
