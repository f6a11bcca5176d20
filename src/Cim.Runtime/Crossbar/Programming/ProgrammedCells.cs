using Cim.Runtime.Crossbar.Circuit;
using Cim.Runtime.Crossbar.Devices;
using Cim.Runtime.Crossbar.Planning;
using Cim.Runtime.Crossbar.Remapping;
using Cim.Runtime.Hardware;
using Cim.Runtime.Mapping;
using Cim.Runtime.RandomNumbers;

namespace Cim.Runtime.Crossbar.Programming;

/// <summary>
/// The effective levels of a layer on one chip: what a column contributes per unit of input, in units of one ideal level.
/// level = ideal + (deviation of the positive cell - deviation of the negative cell) / conductance of one level.
/// </summary>
/// <remarks>
/// An off cell conducts gOff. In a differential pair that cancels; in the single-cell encodings gOff times the sum of inputs
/// is subtracted by a reference column, taken as ideal.
/// </remarks>
internal static class ProgrammedCells
{
    /// <summary>Programs every array of a layer.</summary>
    /// <param name="plan">The layer.</param>
    /// <param name="profile">The hardware.</param>
    /// <param name="layerIndex">The layer's index.</param>
    /// <param name="seed">The chip.</param>
    /// <param name="withWires">Solve each array's wires.</param>
    /// <param name="shared">All blocks of the layer with their indices, if it is a block; the first index is the layer's.</param>
    /// <returns>Levels [slice, output, row].</returns>
    public static float[] Program(
        AnalogPlan plan, HardwareProfile profile, int layerIndex, ulong seed, bool withWires,
        IReadOnlyList<(AnalogPlan Plan, int Index)>? shared = null)
    {
        CrossbarLayer layer = plan.Layer;
        var programmer = new CellProgrammer(profile, seed, layerIndex, shared?[0].Index ?? layerIndex);
        var targets = new CellTargets(plan, profile);
        Wires wires = Wires.Of(profile);
        int perOutput = layer.Mapping.ColumnsPerOutput, rows = layer.RowsPerGroup;
        // Deviation of every physical cell from its target [output * perOutput + column, position of the row].
        double[] deviations = new double[checked((long)layer.Outputs * perOutput * rows)];
        bool sharesArrays = shared is not null && layer.Mapping.Tiles.Any(t => t.Array >= 0), separate = SeparatePairs(profile, layer);
        foreach (IGrouping<int, ArrayPlacement> array in ArrayPlacement.Of(layer, profile).GroupBy(a => a.Array))
        {
            (ArrayPlacement Placement, long FirstColumn, ProgrammedBlock Cells)[] blocks = Blocks(
                layer, array, profile, programmer, targets);
            if (withWires && sharesArrays)
                SharedArray.Solve(
                    [.. blocks.Select(b => (b.Placement, b.Cells))], array.Key, shared!, layerIndex, new Chip(profile, seed), separate);
            foreach ((ArrayPlacement placement, long firstColumn, ProgrammedBlock block) in blocks)
            {
                if (withWires && !sharesArrays) block.Solve(wires, separate);
                for (int r = 0; r < placement.Rows; r++)
                for (int c = 0; c < placement.Columns; c++)
                    deviations[((firstColumn + c) * rows) + placement.FirstRow + r] = block[r, c]
                        - targets.Of(firstColumn + c, placement.FirstRow + r);
            }
        }
        return Levels(plan, targets, deviations, AdcGains(plan, profile, layerIndex, seed));
    }

    /// <summary>The programmed blocks of one array.</summary>
    internal static (ArrayPlacement Placement, long FirstColumn, ProgrammedBlock Cells)[] Blocks(
        CrossbarLayer layer, IGrouping<int, ArrayPlacement> array, HardwareProfile profile, CellProgrammer programmer, CellTargets targets)
    {
        int perSlice = layer.Mapping.CellsPerSlice;
        ArrayPlacement[] blocks = [.. array];
        long[] firstColumns = [
            .. blocks.Select(b => ((long)b.Group * layer.ColumnsPerGroup * layer.Mapping.ColumnsPerOutput) + b.FirstColumn)];
        ArraySlots[] slots = new FaultRemapper(programmer, targets, profile, perSlice).Of(blocks, firstColumns);
        double die = programmer.Die(array.Key);
        SpatialVariation? spatial = programmer.Spatial(array.Key);
        return
        [
            .. blocks.Select((b, i) =>
            {
                var block = new ProgrammedBlock(b, firstColumns[i], slots[i], profile, perSlice);
                block.Program(programmer, targets, die, spatial);
                return (b, firstColumns[i], block);
            }),
        ];
    }

    /// <summary>True if positive and negative cells lie in arrays of their own.</summary>
    internal static bool SeparatePairs(HardwareProfile profile, CrossbarLayer layer) =>
        profile.SeparatePairArrays && layer.Mapping.CellsPerSlice == 2;

    private static float[] Levels(AnalogPlan plan, CellTargets targets, double[] deviations, double[]? gains)
    {
        CrossbarLayer layer = plan.Layer;
        int perOutput = layer.Mapping.ColumnsPerOutput, perSlice = layer.Mapping.CellsPerSlice, rows = layer.RowsPerGroup;
        int slices = plan.Cells.Slices.Length;
        sbyte[] w = layer.Weights.Span<sbyte>().ToArray();
        float[] levels = new float[checked(slices * layer.Outputs * rows)];
        for (int s = 0; s < slices; s++)
        for (int o = 0; o < layer.Outputs; o++)
        for (int t = 0; t < layer.Mapping.RowTiles.Length; t++)
        {
            RowTile tile = layer.Mapping.RowTiles[t];
            double gain = gains?[(((t * slices) + s) * layer.Outputs) + o] ?? 1;
            for (int position = tile.FirstRow; position < tile.FirstRow + tile.Rows; position++)
            {
                long column = ((long)o * perOutput) + (s * perSlice);
                double deviation = deviations[(column * rows) + position];
                if (perSlice == 2) deviation -= deviations[((column + 1) * rows) + position];
                int r = layer.Mapping.RowAt(position);
                double level = plan.Cells.Level(w[(o * rows) + r], s) + (deviation / targets.Unit(s));
                levels[((((long)s * layer.Outputs) + o) * rows) + r] = (float)(level * gain);
            }
        }
        return levels;
    }

    // The gain error of a column's converter acts on everything its tile adds.
    private static double[]? AdcGains(AnalogPlan plan, HardwareProfile profile, int layerIndex, ulong seed)
    {
        if (profile.AdcGainSigma == 0) return null;
        CounterRandom random = CounterRandom.Of(seed, RandomPurpose.Converter).At(layerIndex).At(1);
        double[] gains = new double[plan.Layer.Mapping.RowTiles.Length * plan.Cells.Slices.Length * plan.Layer.Outputs];
        for (int i = 0; i < gains.Length; i++) gains[i] = 1 + (profile.AdcGainSigma * random.Normal(i));
        return gains;
    }
}
