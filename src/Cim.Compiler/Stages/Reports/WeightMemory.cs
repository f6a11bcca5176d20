using System.Collections.Immutable;
using Cim.Compiler.Lowering;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Reporting;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Hardware;

namespace Cim.Compiler.Stages.Reports;

/// <summary>What the weights of layers take, whole or in blocks.</summary>
/// <param name="mapped">The network on arrays.</param>
internal sealed class WeightMemory(MappedNetwork mapped)
{
    /// <summary>Bits of a layer's weights; a column that several strips share counts once.</summary>
    public long Bits(FusedLayer fused) => Blocks(fused) is { IsEmpty: false } blocks
        ? blocks.Sum(b => (long)b.Columns * b.Mapping.MappedRows(fused.Layer.RowsPerGroup) * b.WeightBits)
        : fused.Layer.WeightCount * fused.Weights.Bits;

    /// <summary>The weights by width; null for a layer without strips.</summary>
    public ImmutableArray<StripShare>? Strips(FusedLayer fused)
    {
        int rows = fused.Layer.RowsPerGroup;
        ImmutableArray<WeightBlock> blocks = Blocks(fused);
        if (blocks.IsEmpty || mapped.Policy.Find(fused.Layer.NodeName)?.Layout.StripWidths is null) return null;
        StripShare[] kept = [.. blocks.GroupBy(b => b.WeightBits).OrderByDescending(g => g.Key)
            .Select(g => new StripShare(g.Key, g.Sum(b => (long)Outputs(b) * b.Mapping.MappedRows(rows))))];
        long pruned = fused.Layer.WeightCount - kept.Sum(s => s.Weights);
        return pruned > 0 ? [.. kept, new StripShare(0, pruned)] : [.. kept];
    }

    /// <summary>Cells with shared columns and without; null for a layer without shared columns.</summary>
    public MergeReport? SharedColumns(FusedLayer fused, HardwareProfile hardware)
    {
        if (mapped.Policy.Find(fused.Layer.NodeName) is not { Layout.SharesColumns: true }
            || Blocks(fused) is not { IsEmpty: false } blocks)
            return null;
        int ownCells = hardware.Encoding is WeightEncoding.Differential or WeightEncoding.DifferentialTwoSided ? 2 : 1,
            rows = fused.Layer.RowsPerGroup;
        return new MergeReport(
            blocks.Sum(b => (long)b.Columns * b.Mapping.ColumnsPerOutput * b.Mapping.MappedRows(rows)),
            blocks.Sum(b => (long)Outputs(b) * b.Mapping.SliceBits.Length * ownCells * b.Mapping.MappedRows(rows)));
    }

    private ImmutableArray<WeightBlock> Blocks(FusedLayer fused) =>
        mapped.Lowered.Program.Layers.FirstOrDefault(l => l.Name == fused.Layer.NodeName)?.Blocks ?? [];

    /// <summary>Strips a block serves.</summary>
    private static int Outputs(WeightBlock block) => block.Uses.Select(t => t.Output).Distinct().Count();
}
