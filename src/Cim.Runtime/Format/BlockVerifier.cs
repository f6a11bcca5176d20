using Cim.Runtime.Crossbar;
using Cim.Runtime.Crossbar.Blocks;
using Cim.Runtime.Hardware;

namespace Cim.Runtime.Format;

/// <summary>Checks that the blocks of a layer lie inside its matrix and together give its weights, no more and no less.</summary>
internal static class BlockVerifier
{
    /// <summary>What is wrong, or null.</summary>
    public static string? Problem(CrossbarLayer layer)
    {
        if (layer.Blocks.IsEmpty) return null;
        if (layer.Groups != 1) return "blocks of a layer with groups";
        int rows = layer.RowsPerGroup;
        int[] sums = new int[layer.Weights.Length];
        ReadOnlySpan<sbyte> w = layer.Weights.Span<sbyte>();
        foreach (WeightBlock block in layer.Blocks)
        {
            if (block.Columns < 1 || block.WeightBits is < 1 or > 8 || block.Uses.Length > (long)block.Columns * layer.Outputs)
                return "a block's extents";
            if (LayerVerifier.Placement(block.Mapping, 1, rows, block.Columns) is { } problem) return $"{problem} of a block";
            if (LayerVerifier.Ranges(block.AdcCalibration, block.Mapping) is { } range) return $"{range} of a block";
            if (block.Integers is null != (block.Mapping.Encoding != WeightEncoding.Unsigned)) return "a block's integers";
            if (block.Integers is { } own
                && (own.Type != ElementType.Int8 || own.Shape.Rank != 2 || own.Shape[0] != block.Columns
                || own.Shape[1] != block.Mapping.MappedRows(rows)))
                return "a block's integers";
            int next = 0;
            ColumnUse first = default;
            foreach (ColumnUse use in block.Uses)
            {
                if (use.Shift is < 0 or > 7 || (uint)use.Output >= (uint)layer.Outputs || use.Column < 0
                    || (use.Column != next - 1 && use.Column != next))
                    return "the uses of a block's columns";
                if (use.Column == next) (first, next) = (use, next + 1);
                for (int i = 0; i < block.Mapping.MappedRows(rows); i++)
                {
                    int row = block.Mapping.RowAt(i), v = BlockParts.ColumnInteger(block, first, i, w[(first.Output * rows) + row]);
                    if (v == 128 || (v < 0 && block.Integers is not null)) return "a block's weights";
                    sums[(use.Output * rows) + row] += use.Factor * v;
                }
            }

            if (next != block.Columns) return "a block's columns";
        }

        for (int i = 0; i < sums.Length; i++)
            if (sums[i] != w[i]) return "blocks that do not give the weights";
        return null;
    }
}
