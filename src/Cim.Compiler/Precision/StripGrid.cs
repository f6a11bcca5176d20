using System.Collections.Immutable;
using Cim.Runtime.Mapping;

namespace Cim.Compiler.Precision;

/// <summary>
/// How a layer's matrix is cut into strips, the units of precision: a strip is one column on one row tile, the cells one bit
/// line of one array has for one output. Rows are ordered by kernel position, then input channel, so where a kernel position fills
/// word lines (as many input channels as rows, or a multiple or a fraction) a strip is whole 1x1xD vectors of the kernel.
/// </summary>
/// <param name="RowOrder">The layer's rows, (channel, y, x)-numbered, in (y, x, channel) order.</param>
/// <param name="Tiles">Ranges of that order, one a row tile.</param>
internal sealed record StripGrid(ImmutableArray<int> RowOrder, ImmutableArray<RowTile> Tiles)
{
    /// <param name="shape">The layer; with one group.</param>
    /// <param name="arrayRows">Word lines of an array.</param>
    public static StripGrid Of(LayerShape shape, int arrayRows)
    {
        int rows = shape.RowsPerGroup, positions = shape.KernelPositions, channels = rows / positions;
        ImmutableArray<int> order = [.. Enumerable.Range(0, rows).Select(i => (i % channels * positions) + (i / channels))];
        int fewest = (rows + arrayRows - 1) / arrayRows;
        // Whole kernel positions on a tile, if that takes no more tiles; else full tiles.
        int height = channels <= arrayRows ? arrayRows / channels * channels : arrayRows;
        if ((rows + height - 1) / height > fewest) height = arrayRows;
        var tiles = ImmutableArray.CreateBuilder<RowTile>(fewest);
        for (int first = 0; first < rows; first += height) tiles.Add(new RowTile(first, Math.Min(height, rows - first)));
        return new StripGrid(order, tiles.ToImmutable());
    }

    /// <summary>The rows of a tile.</summary>
    public ImmutableArray<int> RowsOf(int tile) => RowOrder.Slice(Tiles[tile].FirstRow, Tiles[tile].Rows);
}
