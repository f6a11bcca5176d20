using System.Collections.Immutable;
using Cim.Runtime.Crossbar.Adc;
using Cim.Runtime.Hardware;

namespace Cim.Runtime.Crossbar.Planning;

/// <summary>The converters of a layer, one per weight slice, by the profile's policy.</summary>
internal static class AdcRanges
{
    /// <summary>Chooses the converters.</summary>
    /// <remarks>
    /// <c>full</c>: the largest sum the row tiles, cell levels and input slices allow. <c>calibrated</c>: the layer's measured range
    /// (<c>full</c> where none was measured). <c>granular</c>: the calibrated range with the step rounded up to a power of
    /// two. Fixed limits are the lowest and highest code, in units of one cell level times one input level.
    /// </remarks>
    public static ImmutableArray<AdcConverter> Of(
        CrossbarLayer layer, HardwareProfile profile, CellEncoder cells, IReadOnlyList<InputSlice> inputs)
    {
        int bits = layer.AdcBits > 0 ? layer.AdcBits : profile.AdcBits;
        var converters = ImmutableArray.CreateBuilder<AdcConverter>();
        for (int s = 0; s < cells.Slices.Length; s++)
        {
            (double low, double high) = Range(layer, profile, cells, inputs, s);
            converters.Add(profile.AdcRange.Policy == AdcRangePolicy.Fixed
                ? AdcConverter.ForLimits(low, high, bits)
                : AdcConverter.ForRange(low, high, bits, profile.AdcRange.Policy == AdcRangePolicy.Granular));
        }
        return converters.ToImmutable();
    }

    /// <summary>The sums that can occur whatever the weights and inputs are.</summary>
    public static (double Low, double High) Full(CrossbarLayer layer, CellEncoder cells, IReadOnlyList<InputSlice> inputs, int slice)
    {
        double rows = layer.Mapping.RowTiles.Max(t => t.Rows), top = cells.Slices[slice].TopLevel;
        double min = inputs.Min(i => i.Min), max = inputs.Max(i => i.Max);
        double level = rows * top;
        return cells.IsDifferential
            ? (-level * Math.Max(-min, max), level * Math.Max(-min, max))
            : (level * min, level * max);
    }

    private static (double Low, double High) Range(
        CrossbarLayer layer, HardwareProfile profile, CellEncoder cells, IReadOnlyList<InputSlice> inputs, int slice)
    {
        AdcRange range = profile.AdcRange;
        if (range.Policy == AdcRangePolicy.Fixed) return (range.Low, range.High);
        if (range.Policy != AdcRangePolicy.Full && layer.AdcCalibration is { } measured && measured.Low.Length > 0)
        {
            int index = Math.Min(slice, measured.Low.Length - 1);
            return (measured.Low[index], measured.High[index]);
        }
        return Full(layer, cells, inputs, slice);
    }
}
