using Cim.Runtime.Hardware;
using Cim.Runtime.Mapping;

namespace Cim.Runtime.Crossbar.Devices;

/// <summary>One group's block of cells on a physical array.</summary>
/// <param name="Array">Which array of the layer.</param>
/// <param name="Group">The group.</param>
/// <param name="FirstRow">The group's first row here.</param>
/// <param name="Rows">Rows of the block.</param>
/// <param name="FirstColumn">The group's first physical column here.</param>
/// <param name="Columns">Columns of the block.</param>
internal readonly record struct ArrayPlacement(int Array, int Group, int FirstRow, int Rows, int FirstColumn, int Columns)
{
    /// <summary>Word lines above the block.</summary>
    public int RowInArray { get; init; }

    /// <summary>Bit lines between driver and block.</summary>
    public int ColumnInArray { get; init; }

    /// <summary>Word lines between block and sense amplifiers.</summary>
    public int RowsBelow { get; init; }

    /// <summary>The blocks of a layer, array after array; without tiles in the mapping, one array per group, row tile and run of
    /// columns.</summary>
    public static IEnumerable<ArrayPlacement> Of(CrossbarLayer layer, HardwareProfile profile)
    {
        LayerMapping mapping = layer.Mapping;
        int array = 0;
        if (mapping.Tiles.Length > 0)
        {
            foreach (ArrayTile tile in mapping.Tiles)
            {
                for (int g = 0; g < tile.GroupCount; g++)
                {
                    yield return new ArrayPlacement(
                        tile.Array < 0 ? array : tile.Array, tile.FirstGroup + g, tile.FirstRow, tile.Rows, tile.FirstColumn, tile.Columns)
                    {
                        RowInArray = g * tile.Rows,
                        ColumnInArray = tile.ColumnInArray + (g * tile.Columns),
                        RowsBelow = (tile.GroupCount - 1 - g) * tile.Rows,
                    };
                }
                array++;
            }
            yield break;
        }
        int columns = layer.ColumnsPerGroup * mapping.ColumnsPerOutput;
        int width = UsableColumns.Of(profile, mapping.CellsPerSlice);
        foreach (RowTile tile in mapping.RowTiles)
        for (int group = 0; group < layer.Groups; group++)
        for (int c = 0; c < columns; c += width)
            yield return new ArrayPlacement(array++, group, tile.FirstRow, tile.Rows, c, Math.Min(width, columns - c));
    }
}
