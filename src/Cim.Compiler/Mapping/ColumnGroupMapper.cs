using System.Collections.Immutable;
using Cim.Compiler.Precision;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Hardware;
using Cim.Runtime.Mapping;

namespace Cim.Compiler.Mapping;

/// <summary>
/// Lays groups of a layer's outputs on arrays, each with its own slices: a <see cref="WeightBlock"/> a group. Groups cut into the
/// same row tiles lie side by side on the same arrays.
/// </summary>
internal static class ColumnGroupMapper
{
    /// <param name="shape">The layer.</param>
    /// <param name="groups">Its outputs in groups.</param>
    /// <param name="profile">The hardware.</param>
    /// <exception cref="Cim.Runtime.CimException">CIM4003: slices that do not hold a group's weights.</exception>
    public static ImmutableArray<WeightBlock> Map(LayerShape shape, ColumnGroups groups, HardwareProfile profile)
    {
        int arrayColumns = UsableColumns.Of(profile, profile.Encoding), array = 0;
        var blocks = ImmutableArray.CreateBuilder<WeightBlock>();
        var mapped = groups.Groups.Select(g =>
            (Group: g, Mapping: LayerMapper.Map(
            shape with { ColumnsPerGroup = g.Outputs.Length }, g.WeightBits, profile, layout: g.Layout)));
        foreach (var alike in mapped.GroupBy(m => m.Mapping.RowTiles.Length))
        {
            int at = 0, perTile = (alike.Sum(m => m.Group.Outputs.Length * m.Mapping.ColumnsPerOutput) + arrayColumns - 1) / arrayColumns;
            foreach ((ColumnGroup group, LayerMapping mapping) in alike)
            {
                int columns = group.Outputs.Length * mapping.ColumnsPerOutput, start = at;
                blocks.Add(new WeightBlock
                {
                    Columns = group.Outputs.Length,
                    Uses = [.. group.Outputs.Select((output, column) => new ColumnUse(column, output, 0, false))],
                    WeightBits = group.WeightBits,
                    Mapping = mapping with
                    {
                        Tiles = [.. mapping.RowTiles.SelectMany((tile, t) => ColumnMapper.Cut(columns, start, arrayColumns)
                            .Select(c => new ArrayTile(0, 1, tile.FirstRow, tile.Rows, c.First, c.Count)
                            {
                                Array = array + (t * perTile) + c.Array,
                                ColumnInArray = c.InArray,
                            }))],
                    },
                });
                at += columns;
            }

            array += perTile * alike.First().Mapping.RowTiles.Length;
        }

        return blocks.ToImmutable();
    }
}
