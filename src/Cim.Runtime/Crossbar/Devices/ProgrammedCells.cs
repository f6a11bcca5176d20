using Cim.Runtime.Crossbar.Analog;
using Cim.Runtime.Crossbar.Circuit;
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
        ArrayPlacement[] arrays = [.. ArrayPlacement.Of(layer, profile)];
        for (int index = 0; index < arrays.Length; index++)
        {
            ArrayPlacement array = arrays[index];
            double[] cells = new double[array.Rows * array.Columns];
            double die = programmer.Die(array.Array);
            SpatialVariation? spatial = programmer.Spatial(array.Array);
            for (int r = 0; r < array.Rows; r++)
            for (int c = 0; c < array.Columns; c++)
            {
                long column = ((long)array.Group * layer.ColumnsPerGroup * perOutput) + array.FirstColumn + c;
                double target = targets.Of(column, array.FirstRow + r);
                cells[(r * array.Columns) + c] = programmer.Program(target, array.FirstRow + r, column, die,
                    spatial?.At(array.RowInArray + r, array.ColumnInArray + c) ?? 0);
            }
            if (withWires) Solve(cells, array, wires, profile.SeparatePairArrays && layer.Mapping.CellsPerSlice == 2);
            for (int r = 0; r < array.Rows; r++)
            for (int c = 0; c < array.Columns; c++)
            {
                long column = ((long)array.Group * layer.ColumnsPerGroup * perOutput) + array.FirstColumn + c;
                deviations[(column * rows) + array.FirstRow + r] = cells[(r * array.Columns) + c] - targets.Of(column, array.FirstRow + r);
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

    private static void Solve(double[] cells, ArrayPlacement array, Wires wires, bool separatePairs)
    {
        // Blocks of other groups on the same array have no connection to this one, but their wires lie in between.
        Wires own = wires with
        {
            Driver = wires.Driver + (wires.WordSegment * array.ColumnInArray / (separatePairs ? 2 : 1)),
            Sense = wires.Sense + (wires.BitSegment * array.RowsBelow),
        };
        if (!separatePairs)
        {
            NodalSolver.Solve(cells, array.Rows, array.Columns, own);
            return;
        }
        int half = array.Columns / 2;
        double[] part = new double[array.Rows * half];
        for (int sign = 0; sign < 2; sign++)
        {
            for (int r = 0; r < array.Rows; r++)
            for (int c = 0; c < half; c++)
                part[(r * half) + c] = cells[(r * array.Columns) + (2 * c) + sign];
            NodalSolver.Solve(part, array.Rows, half, own);
            for (int r = 0; r < array.Rows; r++)
            for (int c = 0; c < half; c++)
                cells[(r * array.Columns) + (2 * c) + sign] = part[(r * half) + c];
        }
    }
}
