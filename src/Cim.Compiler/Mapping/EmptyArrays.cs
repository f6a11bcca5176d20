using System.Collections.Immutable;
using Cim.Runtime;
using Cim.Runtime.Hardware;
using Cim.Runtime.Mapping;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Mapping;

/// <summary>
/// Leaves out the arrays of a layer on which every weight is zero: nothing is programmed, read or converted there, and the sums
/// they would give are zero. Pruning whole arrays is what makes them.
/// </summary>
internal static class EmptyArrays
{
    /// <summary>The mapping without them; at least one array stays.</summary>
    /// <param name="mapping">A mapping of all weights.</param>
    /// <param name="shape">The layer.</param>
    /// <param name="integers">Int8 [outputs, rows].</param>
    public static LayerMapping Remove(LayerMapping mapping, LayerShape shape, Tensor integers)
    {
        // With an offset a zero weight is a cell that conducts: its array does have a sum.
        if (mapping.Encoding == WeightEncoding.Offset) return mapping;
        ImmutableArray<ArrayTile> kept = [.. mapping.Tiles.Where(tile => HoldsWeight(tile, mapping, shape, integers))];
        return kept.Length == mapping.Tiles.Length ? mapping : mapping with { Tiles = kept.IsEmpty ? [mapping.Tiles[0]] : kept };
    }

    private static bool HoldsWeight(ArrayTile tile, LayerMapping mapping, LayerShape shape, Tensor integers)
    {
        ReadOnlySpan<sbyte> weights = integers.Span<sbyte>();
        int first = tile.FirstColumn / mapping.ColumnsPerOutput, last = (tile.FirstColumn + tile.Columns - 1) / mapping.ColumnsPerOutput;
        for (int group = tile.FirstGroup; group < tile.FirstGroup + tile.GroupCount; group++)
            for (int output = first; output <= last; output++)
                if (weights.Slice(((((group * shape.ColumnsPerGroup) + output) * shape.RowsPerGroup) + tile.FirstRow), tile.Rows)
                    .ContainsAnyExcept((sbyte)0))
                    return true;
        return false;
    }
}
