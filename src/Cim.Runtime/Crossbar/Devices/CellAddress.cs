namespace Cim.Runtime.Crossbar.Devices;

/// <summary>
/// The name of a physical cell: what its random numbers are keyed by. A cell of a block has the row and column the mapping
/// gives it; spare columns have numbers no mapped column can have.
/// </summary>
/// <param name="block">The block.</param>
/// <param name="firstColumn">The layer's physical column the block starts at.</param>
/// <param name="spares">Spare columns of an array.</param>
internal readonly struct CellAddress(ArrayPlacement block, long firstColumn, int spares)
{
    private const long FirstSpare = 1L << 40;

    /// <summary>The row's key at a position within the block.</summary>
    public long Row(int row) => block.FirstRow + row;

    /// <summary>The column's key; columns beyond the block's own are the array's spares.</summary>
    public long Column(int column) => column < block.Columns
        ? firstColumn + column
        : FirstSpare + ((long)block.Array * spares) + (column - block.Columns);
}
