using System.Collections.Immutable;
using Cim.Runtime;
using Cim.Runtime.Costs;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Hardware;
using Cim.Runtime.Mapping;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Mapping;

/// <summary>A column to be mapped onto a row tile.</summary>
/// <param name="Bits">Its width.</param>
/// <param name="Uses">Outputs it is added to; column numbers follow when it is mapped.</param>
internal sealed record MappedColumn(int Bits, ImmutableArray<ColumnUse> Uses)
{
    /// <summary>Its integers by rank of the row, for columns of single cells.</summary>
    public ImmutableArray<sbyte> Integers { get; init; }
}

/// <summary>
/// Lays the columns of each row tile side by side without gaps, widest first, so the tile takes no more arrays than its cells
/// need; each width of a tile is a <see cref="WeightBlock"/> whose uses undo the sorting.
/// </summary>
internal static class ColumnMapper
{
    /// <summary>The blocks of a layer.</summary>
    /// <param name="tiles">Rows and columns of each row tile.</param>
    /// <param name="encoding">The profile's, or <see cref="WeightEncoding.Unsigned"/> for columns of single cells.</param>
    /// <param name="profile">The hardware.</param>
    public static ImmutableArray<WeightBlock> Map(
        IEnumerable<(ImmutableArray<int> Rows, IReadOnlyList<MappedColumn> Columns)> tiles, WeightEncoding encoding,
        HardwareProfile profile)
    {
        int cellsPerSlice = UsableColumns.CellsPerSlice(encoding), arrayColumns = UsableColumns.Of(profile, encoding), array = 0;
        var blocks = ImmutableArray.CreateBuilder<WeightBlock>();
        foreach ((ImmutableArray<int> rows, IReadOnlyList<MappedColumn> all) in tiles)
        {
            int at = 0;
            foreach (IGrouping<int, MappedColumn> group in all.GroupBy(c => c.Bits).OrderByDescending(g => g.Key))
            {
                MappedColumn[] own = [.. group];
                ImmutableArray<int> slices = WeightSlices.Of(group.Key, profile);
                int columns = own.Length * slices.Length * cellsPerSlice;
                blocks.Add(new WeightBlock
                {
                    Columns = own.Length, WeightBits = group.Key,
                    Uses = [.. own.SelectMany((c, column) => c.Uses.Select(t => t with { Column = column }))],
                    Integers = own[0].Integers.IsDefault
                        ? null
                        : Tensor.Create<sbyte>(new Shape(own.Length, rows.Length), [.. own.SelectMany(c => c.Integers)]),
                    Mapping = new LayerMapping
                    {
                        Encoding = encoding, SliceBits = slices, RowOrder = rows, RowTiles = [new RowTile(0, rows.Length)],
                        Tiles = [.. Cut(columns, at, arrayColumns)
                            .Select(c => new ArrayTile(0, 1, 0, rows.Length, c.First, c.Count)
                            {
                                Array = array + c.Array,
                                ColumnInArray = c.InArray,
                            })],
                    },
                });
                at += columns;
            }

            array += (at + arrayColumns - 1) / arrayColumns;
        }

        return blocks.ToImmutable();
    }

    /// <summary>As cost sees blocks.</summary>
    public static CostedBlock[] AsCosted(ImmutableArray<WeightBlock> blocks) =>
        [.. blocks.Select(b => new CostedBlock(b.Mapping, b.Columns, b.Uses.Length))];

    /// <summary>A run of physical columns that begins at a slot, cut at the ends of arrays.</summary>
    public static IEnumerable<(int First, int Count, int Array, int InArray)> Cut(int columns, int at, int arrayColumns)
    {
        for (int first = 0; first < columns;)
        {
            int inArray = (at + first) % arrayColumns, count = Math.Min(columns - first, arrayColumns - inArray);
            yield return (first, count, (at + first) / arrayColumns, inArray);
            first += count;
        }
    }
}
