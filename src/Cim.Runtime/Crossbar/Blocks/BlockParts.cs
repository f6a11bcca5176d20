using System.Collections.Immutable;
using Cim.Runtime.Tensors;

namespace Cim.Runtime.Crossbar.Blocks;

/// <summary>The blocks of a layer as layers of their own that give sums: what simulation, calibration and programming see.</summary>
internal static class BlockParts
{
    private const int IndexShift = 20;

    /// <summary>The index of a block's random numbers; the first block has the layer's own.</summary>
    public static int Index(int layerIndex, int block) => layerIndex | (block << IndexShift);

    /// <summary>One layer a block; a layer without blocks is its only part, with its own epilogue.</summary>
    public static ImmutableArray<CrossbarLayer> Of(CrossbarLayer layer) =>
        layer.Blocks.IsEmpty ? [layer] : All(layer);

    /// <summary>The layer with the converter ranges of its parts.</summary>
    public static CrossbarLayer Calibrated(CrossbarLayer layer, IReadOnlyList<AdcCalibration?> ranges) => layer.Blocks.IsEmpty
        ? layer with { AdcCalibration = ranges[0] }
        : layer with { Blocks = [.. layer.Blocks.Select((b, i) => b with { AdcCalibration = ranges[i] })] };

    /// <summary>
    /// Which uses bring their output's bias with them: the first one of an output, if it is unshifted, positive and alone on its
    /// column. [block][use].
    /// </summary>
    public static bool[][] WithBias(CrossbarLayer layer)
    {
        var seen = new bool[layer.Outputs];
        bool[][] with = [.. layer.Blocks.Select(b => new bool[b.Uses.Length])];
        for (int b = 0; b < with.Length; b++)
        {
            ImmutableArray<ColumnUse> uses = layer.Blocks[b].Uses;
            for (int t = 0; t < uses.Length; t++)
            {
                bool alone = (t == 0 || uses[t - 1].Column != uses[t].Column)
                    && (t + 1 == uses.Length || uses[t + 1].Column != uses[t].Column);
                with[b][t] = alone && uses[t].Factor == 1 && !seen[uses[t].Output];
                seen[uses[t].Output] = true;
            }
        }

        return with;
    }

    /// <summary>The integer a column has at a position in the order of rows.</summary>
    /// <param name="block">The block.</param>
    /// <param name="first">The column's first use.</param>
    /// <param name="position">The position.</param>
    /// <param name="weight">The weight of that use's output there.</param>
    public static int ColumnInteger(WeightBlock block, ColumnUse first, int position, int weight)
    {
        if (block.Integers is { } own) return own.Span<sbyte>()[(first.Column * own.Shape[1]) + position];
        int v = weight >> first.Shift;
        return first.Negative ? -v : v;
    }

    private static ImmutableArray<CrossbarLayer> All(CrossbarLayer layer)
    {
        bool[][] withBias = WithBias(layer);
        return [.. layer.Blocks.Select((_, b) => Of(layer, b, withBias[b]))];
    }

    private static CrossbarLayer Of(CrossbarLayer layer, int index, bool[] withBias)
    {
        WeightBlock block = layer.Blocks[index];
        int rows = layer.RowsPerGroup;
        ReadOnlySpan<sbyte> w = layer.Weights.Span<sbyte>();
        sbyte[] integers = new sbyte[checked(block.Columns * rows)];
        int[] bias = new int[block.Columns];
        for (int t = 0; t < block.Uses.Length; t++)
        {
            ColumnUse use = block.Uses[t];
            if (t > 0 && block.Uses[t - 1].Column == use.Column) continue; // A column that several outputs share is that of its first use.
            for (int i = 0; i < block.Mapping.MappedRows(rows); i++)
            {
                int row = block.Mapping.RowAt(i);
                integers[(use.Column * rows) + row] = (sbyte)ColumnInteger(block, use, i, w[(use.Output * rows) + row]);
            }

            if (withBias[t]) bias[use.Column] = layer.Bias[use.Output];
        }

        return layer with
        {
            ColumnsPerGroup = block.Columns,
            Weights = Tensor.Create<sbyte>(new Shape(block.Columns, rows), integers),
            WeightBits = block.WeightBits,
            WeightScales = [.. Enumerable.Repeat(1f, block.Columns)],
            Bias = ImmutableArray.Create(bias),
            Epilogue = Epilogue.Sums,
            Mapping = block.Mapping,
            AdcCalibration = block.AdcCalibration,
            TestInputs = null, // A correction would scale sums that other blocks add to.
            Blocks = [],
        };
    }
}
