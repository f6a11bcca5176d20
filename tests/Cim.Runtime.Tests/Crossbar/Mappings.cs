using System.Collections.Immutable;
using Cim.Runtime.Hardware;
using Cim.Runtime.Mapping;

namespace Cim.Runtime.Tests.Crossbar;

/// <summary>Plain mappings: full row tiles, even slices.</summary>
internal static class Mappings
{
    public static LayerMapping Of(
        int groups, int rows, int columns, int weightBits, WeightEncoding encoding, int cellBits, int arrayRows)
    {
        int magnitude = encoding is WeightEncoding.Differential or WeightEncoding.DifferentialTwoSided
            ? Math.Max(1, weightBits - 1) : weightBits;
        List<int> slices = [];
        for (int left = magnitude; left > 0; left -= cellBits) slices.Add(Math.Min(cellBits, left));
        List<RowTile> tiles = [];
        for (int r = 0; r < rows; r += arrayRows) tiles.Add(new RowTile(r, Math.Min(arrayRows, rows - r)));
        int cells = encoding is WeightEncoding.Differential or WeightEncoding.DifferentialTwoSided ? 2 : 1;
        int physical = columns * slices.Count * cells;
        return new LayerMapping
        {
            Encoding = encoding,
            SliceBits = [.. slices],
            RowTiles = [.. tiles],
            Tiles = [.. from t in tiles from g in Enumerable.Range(0, groups) select new ArrayTile(g, 1, t.FirstRow, t.Rows, 0, physical)],
        };
    }
}
