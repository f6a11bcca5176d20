using System.Collections.Immutable;
using Cim.Compiler.Mapping;
using Cim.Compiler.Quantization;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Hardware;
using Cim.Runtime.Mapping;

namespace Cim.Compiler.Lowering;

/// <summary>
/// Moves together what pruning left of a layer: outputs without a weight on a row tile take no columns of it, or rows without a weight for
/// an array's outputs take no word lines of it, whichever leaves fewer arrays. The digital part puts sums where they belong.
/// </summary>
internal static class PackedMapper
{
    /// <summary>The layer in blocks; none if that would free no array.</summary>
    /// <param name="shape">The layer.</param>
    /// <param name="weights">Its integers.</param>
    /// <param name="mapping">All of it, as <see cref="LayerMapper"/> maps it.</param>
    /// <param name="arrays">Arrays it takes as it stands.</param>
    /// <param name="profile">The hardware.</param>
    public static ImmutableArray<WeightBlock> Map(
        LayerShape shape, QuantizedWeights weights, LayerMapping mapping, int arrays, HardwareProfile profile)
    {
        // -2^(bits-1) of a pre-quantized layer fits the cells of a whole layer alone.
        if (shape.Groups > 1 || weights.UsesMinimum || arrays == 1) return [];
        int arrayColumns = UsableColumns.Of(profile, mapping.CellsPerSlice);
        Part[] byColumns = [.. Columns(shape, weights, mapping)],
            byRows = [.. Rows(shape, weights, mapping, arrayColumns / mapping.ColumnsPerOutput)];
        Part[] fewer = Arrays(byRows, mapping, arrayColumns) < Arrays(byColumns, mapping, arrayColumns) ? byRows : byColumns;
        return Arrays(fewer, mapping, arrayColumns) < arrays ? [.. Place(fewer, weights.Bits, mapping, arrayColumns)] : [];
    }

    /// <summary>A part for each row tile: the outputs with a weight on it.</summary>
    private static IEnumerable<Part> Columns(LayerShape shape, QuantizedWeights weights, LayerMapping mapping)
    {
        foreach (RowTile tile in mapping.RowTiles)
        {
            int[] outputs = [.. Enumerable.Range(0, shape.ColumnsPerGroup).Where(o =>
                weights.Integers.Span<sbyte>().Slice((o * shape.RowsPerGroup) + tile.FirstRow, tile.Rows).ContainsAnyExcept((sbyte)0))];
            if (outputs.Length > 0) yield return new Part([.. Enumerable.Range(tile.FirstRow, tile.Rows)], outputs);
        }
    }

    /// <summary>A part for the outputs of each array: the rows with a weight for one of them.</summary>
    private static IEnumerable<Part> Rows(LayerShape shape, QuantizedWeights weights, LayerMapping mapping, int outputsPerArray)
    {
        foreach (int[] outputs in Enumerable.Range(0, shape.ColumnsPerGroup).Chunk(Math.Max(1, outputsPerArray)))
        {
            ImmutableArray<int> rows = [.. Enumerable.Range(0, shape.RowsPerGroup)
                .Where(r => outputs.Any(o => weights.Integers.Span<sbyte>()[(o * shape.RowsPerGroup) + r] != 0))];
            if (!rows.IsEmpty) yield return new Part(rows, outputs);
        }
    }

    /// <summary>No parts would be a layer without an array.</summary>
    private static int Arrays(Part[] parts, LayerMapping mapping, int arrayColumns) =>
        parts.Length == 0 ? int.MaxValue : parts.Sum(p => p.RowTiles(mapping).Length * p.ColumnTiles(mapping, arrayColumns).Length);

    private static IEnumerable<WeightBlock> Place(Part[] parts, int bits, LayerMapping mapping, int arrayColumns)
    {
        int array = 0;
        foreach (Part part in parts)
        {
            ImmutableArray<RowTile> rowTiles = part.RowTiles(mapping);
            (int First, int Count, int Array, int InArray)[] columnTiles = part.ColumnTiles(mapping, arrayColumns);
            int first = array;
            yield return new WeightBlock
            {
                Columns = part.Outputs.Length,
                Uses = [.. part.Outputs.Select((output, column) => new ColumnUse(column, output, 0, false))],
                WeightBits = bits,
                Mapping = mapping with
                {
                    RowOrder = part.Rows,
                    RowTiles = rowTiles,
                    Tiles = [.. rowTiles.SelectMany((t, i) =>
                        columnTiles.Select(c => new ArrayTile(0, 1, t.FirstRow, t.Rows, c.First, c.Count)
                        {
                            Array = first + (i * columnTiles.Length) + c.Array,
                            ColumnInArray = c.InArray,
                        }))],
                },
            };
            array += rowTiles.Length * columnTiles.Length;
        }
    }

    /// <summary>Rows by outputs that lie together.</summary>
    private sealed record Part(ImmutableArray<int> Rows, int[] Outputs)
    {
        public ImmutableArray<RowTile> RowTiles(LayerMapping whole) =>
            [.. Enumerable.Range(0, Rows.Length).Chunk(whole.RowTiles[0].Rows).Select(t => new RowTile(t[0], t.Length))];

        public (int First, int Count, int Array, int InArray)[] ColumnTiles(LayerMapping whole, int arrayColumns) =>
            [.. ColumnMapper.Cut(Outputs.Length * whole.ColumnsPerOutput, 0, arrayColumns)];
    }
}
