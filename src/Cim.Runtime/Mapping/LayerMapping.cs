using System.Collections.Immutable;
using Cim.Runtime.Hardware;

namespace Cim.Runtime.Mapping;

/// <summary>
/// The arrays of one layer. Physical columns are numbered output-major inside a group:
/// p = output * ColumnsPerOutput + slice * CellsPerSlice + (0 positive, 1 negative).
/// </summary>
internal sealed record LayerMapping
{
    public required WeightEncoding Encoding { get; init; }

    /// <summary>Magnitude bits held by each bit slice, least significant first; differential slices hold WeightBits-1 bits in
    /// all.</summary>
    public required ImmutableArray<int> SliceBits { get; init; }

    /// <summary>The physical arrays, row-tile-major.</summary>
    public required ImmutableArray<ArrayTile> Tiles { get; init; }

    /// <summary>The input ranges that share one conversion, the same for every column: [first row, count], in order.</summary>
    public required ImmutableArray<RowTile> RowTiles { get; init; }

    /// <summary>
    /// The rows of the matrix in the order they lie on word lines; row tiles and arrays are ranges of it. Empty = all, as they are.
    /// Rows that are missing lie on no array.
    /// </summary>
    public ImmutableArray<int> RowOrder { get; init; } = [];

    /// <summary>The row at a position in the order.</summary>
    public int RowAt(int position) => RowOrder.IsEmpty ? position : RowOrder[position];

    /// <summary>Rows that lie on arrays, of a matrix with a number of rows.</summary>
    public int MappedRows(int rows) => RowOrder.IsEmpty ? rows : RowOrder.Length;

    /// <summary>The row tile of every row, -1 = none.</summary>
    public int[] TileOfRow(int rows)
    {
        int[] tiles = new int[rows];
        Array.Fill(tiles, -1);
        for (int t = 0; t < RowTiles.Length; t++)
            for (int i = RowTiles[t].FirstRow; i < RowTiles[t].FirstRow + RowTiles[t].Rows; i++) tiles[RowAt(i)] = t;
        return tiles;
    }

    public int CellsPerSlice => UsableColumns.CellsPerSlice(Encoding);

    public int ColumnsPerOutput => SliceBits.Length * CellsPerSlice;
}

/// <summary>A range of a group's rows that lies on the word lines of one array.</summary>
internal readonly record struct RowTile(int FirstRow, int Rows);

/// <summary>What one physical array holds: for each of some groups a block of word lines by physical columns, placed
/// block-diagonally.</summary>
/// <param name="FirstGroup">The first group.</param>
/// <param name="GroupCount">The number of groups.</param>
/// <param name="FirstRow">The first position in the order of rows.</param>
/// <param name="Rows">Word lines of a group.</param>
/// <param name="FirstColumn">The first physical column of the matrix (of the block).</param>
/// <param name="Columns">Physical columns of a group.</param>
internal readonly record struct ArrayTile(int FirstGroup, int GroupCount, int FirstRow, int Rows, int FirstColumn, int Columns)
{
    /// <summary>Which array of the layer, where blocks of the layer share arrays; -1 = one of its own.</summary>
    public int Array { get; init; } = -1;

    /// <summary>Bit lines of other blocks to its left.</summary>
    public int ColumnInArray { get; init; }
}
