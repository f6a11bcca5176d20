using System.Collections.Immutable;
using Cim.Compiler.Precision;
using Cim.Runtime.Hardware;
using Cim.Runtime.Mapping;

namespace Cim.Compiler.Mapping;

/// <summary>
/// Maps the matrix of a layer on arrays: full row tiles then the remainder, full column tiles then the remainder (an
/// output's slices may continue on the next array, a differential pair may not be parted); several small groups of a
/// grouped or depthwise convolution share an array block-diagonally.
/// </summary>
internal static class LayerMapper
{
    /// <summary>Maps a layer.</summary>
    /// <param name="shape">The layer.</param>
    /// <param name="weightBits">1 to 8.</param>
    /// <param name="profile">The hardware.</param>
    /// <param name="usesMinimum">See <see cref="WeightSlices.Of"/>.</param>
    /// <param name="layout">Slices and rows of a tile; null = as the profile says.</param>
    /// <exception cref="CimException">The layout does not suit the weights.</exception>
    public static LayerMapping Map(
        LayerShape shape, int weightBits, HardwareProfile profile, bool usesMinimum = false, CellLayout? layout = null)
    {
        ImmutableArray<int> slices = WeightSlices.Of(weightBits, profile, usesMinimum);
        int arrayRows = profile.Rows;
        if (layout is not null)
        {
            layout.Check(shape.Name, slices, profile);
            slices = layout.SliceBits;
            if (layout.RowsPerTile > 0) arrayRows = Math.Min(arrayRows, layout.RowsPerTile);
        }

        int columns = checked(shape.ColumnsPerGroup * slices.Length * UsableColumns.CellsPerSlice(profile.Encoding));
        int arrayColumns = UsableColumns.Of(profile, profile.Encoding);

        RowTile[] rowTiles = [.. Cut(shape.RowsPerGroup, arrayRows).Select(t => new RowTile(t.First, t.Count))];
        (int First, int Count)[] columnTiles = [.. Cut(columns, arrayColumns)];
        int groupsPerArray = rowTiles.Length > 1 || columnTiles.Length > 1
            ? 1
            : Math.Min(profile.Rows / shape.RowsPerGroup, arrayColumns / columns);

        var tiles = ImmutableArray.CreateBuilder<ArrayTile>();
        foreach (RowTile rows in rowTiles)
            for (int group = 0; group < shape.Groups; group += groupsPerArray)
                foreach ((int first, int count) in columnTiles)
                    tiles.Add(new ArrayTile(group, Math.Min(groupsPerArray, shape.Groups - group), rows.FirstRow, rows.Rows, first, count));

        return new LayerMapping
        {
            Encoding = profile.Encoding,
            SliceBits = slices,
            Tiles = tiles.ToImmutable(),
            RowTiles = [.. rowTiles],
        };
    }

    private static IEnumerable<(int First, int Count)> Cut(int length, int tile)
    {
        for (int first = 0; first < length; first += tile) yield return (first, Math.Min(tile, length - first));
    }
}
