using Cim.Runtime.Crossbar.Analog;
using Cim.Runtime.Crossbar.Circuit;
using Cim.Runtime.Crossbar.Compensation;
using Cim.Runtime.Hardware;
using Cim.Runtime.Mapping;
using Cim.Runtime.RandomNumbers;

namespace Cim.Runtime.Crossbar.Devices;

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
    /// <returns>Levels [slice, output, row].</returns>
    public static float[] Program(AnalogPlan plan, HardwareProfile profile, int layerIndex, ulong seed, bool withWires)
    {
        CrossbarLayer layer = plan.Layer;
        var programmer = new CellProgrammer(profile, seed, layerIndex);
        var targets = new CellTargets(plan, profile);
        Wires wires = Wires.Of(profile);
        int perOutput = layer.Mapping.ColumnsPerOutput, rows = layer.RowsPerGroup;
        // Deviation of every physical cell from its target [output * perOutput + column, row].
        double[] deviations = new double[checked((long)layer.Outputs * perOutput * rows)];
        int perSlice = layer.Mapping.CellsPerSlice;
        var remapper = new FaultRemapper(programmer, targets, profile, perSlice);
        foreach (IGrouping<int, ArrayPlacement> array in ArrayPlacement.Of(layer, profile).GroupBy(a => a.Array))
        {
            ArrayPlacement[] blocks = [.. array];
            long[] firstColumns = [.. blocks.Select(b => ((long)b.Group * layer.ColumnsPerGroup * perOutput) + b.FirstColumn)];
            ArrayPlaces[] places = remapper.Of(blocks, firstColumns);
            double die = programmer.Die(array.Key);
            SpatialVariation? spatial = programmer.Spatial(array.Key);
            for (int b = 0; b < blocks.Length; b++)
            {
                var block = new ProgrammedBlock(blocks[b], firstColumns[b], places[b], profile, perSlice);
                block.Program(programmer, targets, die, spatial);
                if (withWires) block.Solve(wires, profile.SeparatePairArrays && perSlice == 2);
                for (int r = 0; r < blocks[b].Rows; r++)
                for (int c = 0; c < blocks[b].Columns; c++)
                    deviations[((firstColumns[b] + c) * rows) + blocks[b].FirstRow + r] = block[r, c] - targets.Of(firstColumns[b] + c, blocks[b].FirstRow + r);
            }
        }
        return Levels(plan, targets, deviations, AdcGains(plan, profile, layerIndex, seed));
    }

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
            for (int r = tile.FirstRow; r < tile.FirstRow + tile.Rows; r++)
            {
                long column = ((long)o * perOutput) + (s * perSlice);
                double deviation = deviations[(column * rows) + r];
                if (perSlice == 2) deviation -= deviations[((column + 1) * rows) + r];
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
