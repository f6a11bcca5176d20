using Cim.Runtime.Crossbar.Kernels;
using Cim.Runtime.Crossbar.Planning;
using Cim.Runtime.Hardware;
using Cim.Runtime.RandomNumbers;

namespace Cim.Runtime.Crossbar.Analog;

/// <summary>
/// Noise of one conversion. Every cell adds an independent Gaussian of the same sigma times its input, so a column's sum gets
/// one Gaussian of variance sigma^2 * cells * sum(x^2): exact in distribution, one draw instead of one per cell.
/// </summary>
internal sealed class ReadNoise
{
    /// <param name="seed">The run's seed.</param>
    /// <param name="layerIndex">The layer's index.</param>
    /// <param name="sigmas">Per weight slice: sigma of one cell pair (or cell) in levels.</param>
    /// <param name="conversions">Conversions of one output and position.</param>
    /// <param name="outputs">Outputs, padded to whole blocks.</param>
    public ReadNoise(ulong seed, int layerIndex, float[] sigmas, int conversions, int outputs)
    {
        Sigmas = sigmas;
        Stream = CounterRandom.Of(seed, RandomPurpose.ReadNoise).At(layerIndex);
        Keys = new int[2 * conversions * outputs];
        for (int i = 0; i < conversions * outputs; i++)
        {
            ulong bits = Stream.Bits(i);
            (Keys[2 * i], Keys[(2 * i) + 1]) = unchecked(((int)bits, (int)(bits >> 32)));
        }
    }

    /// <summary>The noise of a layer, null if its cells have none.</summary>
    public static ReadNoise? Of(AnalogPlan plan, HardwareProfile profile, int layerIndex, ulong seed)
    {
        if (profile.ReadNoiseSigma == 0) return null;
        CrossbarLayer layer = plan.Layer;
        // Two cells make a pair's noise sqrt(2) times a cell's.
        double cell = profile.ReadNoiseSigma * profile.GOn * Math.Sqrt(layer.Mapping.CellsPerSlice);
        float[] sigmas = [.. plan.Cells.Slices.Select(s => (float)(cell * s.TopLevel / (profile.GOn - profile.GOff)))];
        int blocks = (layer.ColumnsPerGroup + PairProducts.Outputs - 1) / PairProducts.Outputs;
        int conversions = layer.Mapping.RowTiles.Length * plan.Cells.Slices.Length * plan.Inputs.Length;
        return new ReadNoise(seed, layerIndex, sigmas, conversions, layer.Groups * blocks * PairProducts.Outputs);
    }

    public float[] Sigmas { get; }

    public CounterRandom Stream { get; }

    /// <summary>[conversion][output][radius key, angle key].</summary>
    public int[] Keys { get; }
}
