using System.Numerics;
using Cim.Runtime.Hardware;
using Cim.Runtime.Mapping;

namespace Cim.Runtime.Costs;

/// <summary>Counts what a mapped layer does in one inference. Formulas: docs/cost.md.</summary>
internal static class EventCounts
{
    /// <summary>The events of one inference.</summary>
    public static CostEvents Of(
        LayerShape shape, IReadOnlyList<CostedBlock> blocks, ArrayTotals arrays, int activationBits,
        InputApplication application, HardwareProfile profile)
    {
        long mvms = shape.Mvms * shape.Repeat;
        long inputs = (long)shape.Groups * shape.RowsPerGroup;
        long outputs = (long)shape.Groups * shape.ColumnsPerGroup;
        long conversions = mvms * application.ConversionBits.Length * blocks.Sum(Sums);
        // A column that several outputs share is converted once and added to each.
        long fanOut = mvms * blocks.Sum(b => (b.Uses - b.Columns) * b.Mapping.RowTiles.Length);
        long offset = profile.Encoding == WeightEncoding.Offset ? mvms * (inputs + blocks.Sum(b => b.Uses)) : 0;
        long partialSums = PartialSums(blocks, outputs);
        int slices = blocks.Count == 0 ? 0 : blocks.Max(b => b.Mapping.SliceBits.Length);
        // Adders are as wide as the slices can be, so a width that fills the same cells costs the same.
        int partialSumBits = Math.Min(32, (slices * profile.CellBits) + activationBits
            + BitOperations.Log2((uint)Math.Max(1, Math.Min(shape.RowsPerGroup, profile.Rows)) * 2 - 1));
        bool inEach = CostModel.IsProgrammedInEachInference(shape, profile);
        return new CostEvents
        {
            ArrayReads = mvms * application.Reads * arrays.Count,
            DacActivations = mvms * application.LineActivations * arrays.DrivenRows,
            AdcConversions = conversions,
            ShiftAdds = conversions + fanOut + offset,
            BufferBits = mvms * activationBits * (inputs + outputs),
            BusBits = (mvms * activationBits * arrays.DrivenRows) + (mvms * partialSums * partialSumBits),
            InterconnectBits = mvms * outputs * activationBits,
            ArrayWrites = inEach ? shape.Repeat * arrays.Count : 0,
            CellWrites = inEach ? shape.Repeat * arrays.Cells : 0,
        };
    }

    /// <summary>Sums a block has to convert for one product: those of the arrays there are, which leaves out the empty ones of a whole
    /// layer.</summary>
    private static long Sums(CostedBlock block)
    {
        LayerMapping mapping = block.Mapping;
        return IsWholeLayer(block)
            ? mapping.Tiles.Sum(t => (long)t.GroupCount * t.Columns / mapping.CellsPerSlice)
            : block.Columns * mapping.SliceBits.Length * mapping.RowTiles.Length;
    }

    private static bool IsWholeLayer(CostedBlock block) =>
        block.Mapping.Tiles.Length > 0 && block.Uses == block.Columns && block.Mapping.Tiles.All(t => t.Array < 0);

    /// <summary>Sums that are sent to be added to another one of the same output in each product.</summary>
    private static long PartialSums(IReadOnlyList<CostedBlock> blocks, long outputs) =>
        blocks is [var only] && IsWholeLayer(only)
            && Sums(only) < only.Columns * only.Mapping.SliceBits.Length * only.Mapping.RowTiles.Length
            ? PartialSumsOfArraysLeft(only.Mapping)
            : Math.Max(0, blocks.Sum(b => b.Uses * b.Mapping.RowTiles.Length) - outputs);

    /// <summary>Where arrays are missing: for each output the row tiles that still have an array of it, but one.</summary>
    private static long PartialSumsOfArraysLeft(LayerMapping mapping)
    {
        int groups = mapping.Tiles.Max(t => t.FirstGroup + t.GroupCount);
        int outputs = (mapping.Tiles.Max(t => t.FirstColumn + t.Columns) + mapping.ColumnsPerOutput - 1) / mapping.ColumnsPerOutput;
        var rowTiles = new HashSet<int>[groups * outputs];
        foreach (ArrayTile t in mapping.Tiles)
            for (int group = t.FirstGroup; group < t.FirstGroup + t.GroupCount; group++)
                for (int output = t.FirstColumn / mapping.ColumnsPerOutput; output <= (
                    t.FirstColumn + t.Columns - 1) / mapping.ColumnsPerOutput; output++)
                    (rowTiles[(group * outputs) + output] ??= []).Add(t.FirstRow);
        return rowTiles.Sum(rows => Math.Max(0L, (rows?.Count ?? 0) - 1));
    }
}
