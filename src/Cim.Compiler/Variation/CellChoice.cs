using System.Collections.Immutable;
using Cim.Compiler.Mapping;
using Cim.Runtime;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Hardware;

namespace Cim.Compiler.Variation;

/// <summary>
/// The cheapest cells and conversions on which a layer's words are aligned: slices (fewer bits where a slice counts most), then
/// more and lower row tiles if no slices suffice, and as few ADC bits as alignment allows.
/// </summary>
internal static class CellChoice
{
    /// <summary>Slices beyond the fewest that are tried.</summary>
    private const int ExtraSlices = 2;

    private const int FewestAdcBits = 3, FewestRows = 8;

    /// <summary>Slices of one bit each: the least variation a weight can have on these cells.</summary>
    public static CellLayout Quietest(LayerProbe probe, int weightBits, HardwareProfile profile) =>
        new(CellLayout.SlicesOf(weightBits, profile, probe.UsesMinimum)[^1], 0);

    /// <param name="probe">The layer.</param>
    /// <param name="weightBits">Width of its weights.</param>
    /// <param name="words">Its output words.</param>
    /// <param name="profile">The hardware.</param>
    /// <param name="confidence">The asked probability.</param>
    /// <returns>The choice; where nothing is aligned, the one with the least error.</returns>
    public static (CellLayout Layout, int AdcBits, WordErrors Errors, bool IsAligned) Of(
        LayerProbe probe, int weightBits, QuantizationParameters words, HardwareProfile profile, double confidence)
    {
        ImmutableArray<ImmutableArray<int>> slices = CellLayout.SlicesOf(weightBits, profile, probe.UsesMinimum);
        ImmutableArray<ImmutableArray<int>> tried = [.. slices.Where(s => s.Length <= slices[0].Length + ExtraSlices).Append(slices[^1]).Distinct()];
        (CellLayout Layout, int AdcBits, WordErrors Errors)? best = null, quietest = null;
        double bestCost = double.PositiveInfinity;
        int all = probe.Full.RowsPerGroup, fewest = (all + profile.Rows - 1) / profile.Rows;
        for (int tiles = fewest; ; tiles = Math.Max(tiles + 1, tiles * 5 / 4))
        {
            // Tiles of equal height: a full one beside a rest would have more variation than it must.
            int rows = (all + tiles - 1) / tiles;
            if (tiles > fewest && rows < FewestRows) break;
            foreach (ImmutableArray<int> cut in tried)
            {
                var layout = new CellLayout(cut, rows);
                WordErrors errors = probe.Errors(weightBits, layout, 0, words);
                if (quietest is null || errors.Harmless > quietest.Value.Errors.Harmless) quietest = (layout, 0, errors);
                if (errors.Harmless < confidence) continue;
                (int adcBits, WordErrors narrow) = Narrowest(probe, weightBits, layout, words, profile, confidence, errors);
                double cost = Cost(probe.Cost(weightBits, layout, adcBits));
                if (cost < bestCost) (best, bestCost) = ((layout, adcBits, narrow), cost);
            }

            if (best is not null) break;
        }

        if (best is { } aligned) return (aligned.Layout, aligned.AdcBits, aligned.Errors, true);
        (CellLayout chosen, _, WordErrors least) = quietest!.Value;
        // Narrower conversions may at least do no more harm.
        (int bits, least) = Narrowest(probe, weightBits, chosen, words, profile, least.Harmless - (0.1 * (1 - confidence)), least);
        return (chosen, bits, least, false);
    }

    /// <summary>The fewest ADC bits that keep the words aligned.</summary>
    private static (int Bits, WordErrors Errors) Narrowest(
        LayerProbe probe, int weightBits, CellLayout layout, QuantizationParameters words, HardwareProfile profile, double confidence, WordErrors errors)
    {
        int bits = 0;
        for (int next = profile.AdcBits - 1; next >= FewestAdcBits; next--)
        {
            WordErrors narrower = probe.Errors(weightBits, layout, next, words);
            if (narrower.Harmless < confidence) break;
            (bits, errors) = (next, narrower);
        }

        return (bits, errors);
    }

    // Where the profile states no energies, conversions and arrays stand for them.
    private static double Cost(LayerCost cost) => cost.EnergyPj > 0 ? cost.EnergyPj : cost.AdcConversions + cost.LatencyNs + cost.Arrays;
}
