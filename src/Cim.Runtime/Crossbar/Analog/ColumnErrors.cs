using Cim.Runtime.Crossbar.Planning;
using Cim.Runtime.Hardware;
using Cim.Runtime.RandomNumbers;

namespace Cim.Runtime.Crossbar.Analog;

/// <summary>What a conversion sees besides the cells' sum: read noise, and the offset of the column's converter.</summary>
/// <param name="Noise">Fresh noise of every read, or null.</param>
/// <param name="Offsets">Constant offsets in units of sums [row tile, slice, output], or null.</param>
internal sealed record ColumnErrors(ReadNoise? Noise, float[]? Offsets)
{
    public static ColumnErrors Of(AnalogPlan plan, HardwareProfile profile, int layerIndex, ulong seed) =>
        new(ReadNoise.Of(plan, profile, layerIndex, seed), OffsetsOf(plan, profile, layerIndex, seed));

    // One offset per converter and column, in steps of its converter (an ideal read-out has none).
    private static float[]? OffsetsOf(AnalogPlan plan, HardwareProfile profile, int layerIndex, ulong seed)
    {
        if (profile.AdcOffsetSigma == 0) return null;
        CounterRandom random = CounterRandom.Of(seed, RandomPurpose.Converter).At(layerIndex).At(2);
        int slices = plan.Cells.Slices.Length, outputs = plan.Layer.Outputs;
        float[] offsets = new float[plan.Layer.Mapping.RowTiles.Length * slices * outputs];
        for (int i = 0; i < offsets.Length; i++)
        {
            float step = plan.Converters[i / outputs % slices].Step;
            offsets[i] = (float)(profile.AdcOffsetSigma * step * random.Normal(i));
        }
        return offsets;
    }
}
