using Cim.Runtime.Crossbar.Planning;

namespace Cim.Runtime.Crossbar.Analog;

/// <summary>
/// Cell levels as integers of units of 2^-FractionBits. Sums of them are exact and do not depend on the order of additions,
/// as sums of floats would; the step is finer than what a float sum over a column would lose.
/// </summary>
internal sealed class FixedLevels
{
    /// <summary>Bits of a sum of four rows, above which programmed levels are cut off: a step of at most 2^-18 of the largest
    /// level.</summary>
    public const int SumBits = 21;

    private const int LargestTile = 256;
    private const int LargestIntegerTile = 1024;
    private const int LargestConverterBits = 15;

    // Tables take up to 12 bytes a cell.
    private const long MostCells = 32L << 20;

    private FixedLevels(int[] values, int[] fractionBits) => (Values, FractionBits) = (values, fractionBits);

    /// <summary>[slice, output, row].</summary>
    public int[] Values { get; }

    /// <summary>Per slice.</summary>
    public int[] FractionBits { get; }

    /// <summary>True if a layer is streamed bit by bit through real converters, and sums of integer levels stay small enough for
    /// lookup.</summary>
    public static bool Suits(AnalogPlan plan) => IsBitSerial(plan, LargestIntegerTile) && plan.Layer.RowsPerGroup > 1;

    /// <summary>The integer levels of ideal cells.</summary>
    public static FixedLevels OfCells(AnalogPlan plan)
    {
        CrossbarLayer layer = plan.Layer;
        ReadOnlySpan<sbyte> w = layer.Weights.Span<sbyte>();
        int slices = plan.Cells.Slices.Length;
        int[] values = new int[checked(slices * w.Length)];
        for (int s = 0; s < slices; s++)
        for (int i = 0; i < w.Length; i++)
            values[(s * w.Length) + i] = plan.Cells.Level(w[i], s);
        return new FixedLevels(values, new int[slices]);
    }

    /// <summary>Programmed levels, rounded; null where floats are summed instead: conversion after analog accumulation, ideal read-out,
    /// large arrays.</summary>
    /// <param name="plan">The layer.</param>
    /// <param name="levels">Effective levels [slice, output, row].</param>
    public static FixedLevels? OfEffective(AnalogPlan plan, float[] levels)
    {
        if (!IsBitSerial(plan, LargestTile)) return null;
        int slices = plan.Cells.Slices.Length, length = levels.Length / slices;
        int[] values = new int[levels.Length], fractionBits = new int[slices];
        for (int s = 0; s < slices; s++)
        {
            ReadOnlySpan<float> slice = levels.AsSpan(s * length, length);
            double largest = 0;
            foreach (float v in slice) largest = Math.Max(largest, Math.Abs(v));
            // Four rows of either sign, each rounded up by half a step.
            double room = ((1 << SumBits) - 8) / Math.Max(4 * largest, 1);
            if (!(room >= 1)) return null;
            fractionBits[s] = (int)Math.Floor(Math.Log2(room));
            double scale = Math.ScaleB(1, fractionBits[s]);
            for (int i = 0; i < length; i++) values[(s * length) + i] = (int)Math.Round(slice[i] * scale);
        }
        return new FixedLevels(values, fractionBits);
    }

    /// <summary>Offsets in units of sums [row tile, slice, output] in these units.</summary>
    public int[] Offsets(float[] offsets, int outputs)
    {
        int[] result = new int[offsets.Length];
        for (int i = 0; i < result.Length; i++)
        {
            double scaled = offsets[i] * Math.ScaleB(1, FractionBits[i / outputs % FractionBits.Length]);
            result[i] = (int)Math.Round(Math.Clamp(scaled, -(1 << 30), 1 << 30));
        }
        return result;
    }

    private static bool IsBitSerial(AnalogPlan plan, int largestTile) =>
        plan.Inputs.All(i => i.Bits == 1)
        && plan.Converters.All(c => !c.IsIdeal && Math.Max(-c.MinCode, c.MaxCode) < 1 << LargestConverterBits)
        && plan.Layer.Mapping.RowTiles.All(t => t.Rows <= largestTile)
        && plan.Layer.Weights.Shape.Elements * plan.Cells.Slices.Length <= MostCells;
}
