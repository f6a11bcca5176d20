using System.Collections.Immutable;
using Cim.Compiler.Precision;
using Cim.Runtime;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Hardware;

namespace Cim.Compiler.Variation;

/// <summary>
/// The cheapest cells and conversions on which a layer's codes are aligned: slices (fewer bits where a slice counts most), then
/// more and lower row tiles if no slices suffice, and as few ADC bits as alignment allows.
/// </summary>
/// <param name="WeightBits">Width of the weights.</param>
/// <param name="Layout">Their cells.</param>
/// <param name="AdcBits">Resolution of conversions; 0 = the profile's.</param>
/// <param name="Errors">What variation does to the output codes.</param>
/// <param name="IsAligned">True if the codes are as right as asked.</param>
/// <param name="Cost">Of the layer: energy, or what stands for it.</param>
/// <param name="IsSplit">True if it has more row tiles than it needs to fit.</param>
internal sealed record CellChoice(
    int WeightBits, CellLayout Layout, int AdcBits, OutputCodeErrors Errors, bool IsAligned, double Cost, bool IsSplit)
{
    /// <summary>Slices beyond the fewest that are tried.</summary>
    private const int ExtraSlices = 2;

    private const int FewestAdcBits = 3, FewestRows = 8, MostTiles = 4;

    /// <summary>Chances of error this much apart count as the same, and so do a few codes in a thousand.</summary>
    private const double Alike = 1.25, FewCodes = 0.002;

    /// <summary>Slices of one bit each: the least variation a weight can have on these cells.</summary>
    public static CellLayout Quietest(LayerProbe probe, int weightBits, HardwareProfile profile) =>
        new(CellLayout.SlicesOf(weightBits, profile, probe.UsesMinimum)[^1], 0);

    /// <param name="probe">The layer.</param>
    /// <param name="weightBits">Width of its weights.</param>
    /// <param name="codes">Its output codes.</param>
    /// <param name="profile">The hardware.</param>
    /// <param name="confidence">The asked probability.</param>
    /// <returns>The choice; where nothing is aligned, the one with the least error.</returns>
    public static CellChoice Of(
        LayerProbe probe, int weightBits, QuantizationParameters codes, HardwareProfile profile, double confidence)
    {
        ImmutableArray<ImmutableArray<int>> slices = CellLayout.SlicesOf(weightBits, profile, probe.UsesMinimum);
        ImmutableArray<ImmutableArray<int>> tried = [
            .. slices.Where(s => s.Length <= slices[0].Length + ExtraSlices).Append(slices[^1]).Distinct()];
        CellChoice? best = null;
        var missed = new List<(CellLayout Layout, OutputCodeErrors Errors)>();
        int all = probe.Full.RowsPerGroup, fewest = (all + profile.Rows - 1) / profile.Rows;
        for (int tiles = fewest; ; tiles = Math.Max(tiles + 1, tiles * 5 / 4))
        {
            // Tiles of equal height: a full one beside a rest would have more variation than it must.
            int rows = (all + tiles - 1) / tiles;
            if (tiles > fewest && (rows < FewestRows || tiles > MostTiles * fewest)) break;
            foreach (ImmutableArray<int> cut in tried)
            {
                var layout = new CellLayout(cut, rows);
                OutputCodeErrors errors = probe.Errors(weightBits, layout, 0, codes);
                if (errors.Harmless < confidence)
                {
                    missed.Add((layout, errors));
                    continue;
                }

                (int adcBits, OutputCodeErrors narrow) = Narrowest(probe, weightBits, layout, codes, profile, confidence, errors);
                double cost = Of(probe.Cost(weightBits, layout, adcBits));
                if (best is null || cost < best.Cost)
                    best = new CellChoice(weightBits, layout, adcBits, narrow, true, cost, tiles > fewest);
            }

            if (best is not null) break;
        }

        if (best is not null) return best;
        // The cheapest of those that miss by little more than the best one.
        double smallest = missed.Min(m => 1 - m.Errors.Harmless);
        (CellLayout chosen, OutputCodeErrors least) = missed.Where(m => 1 - m.Errors.Harmless <= Alike * smallest)
            .MinBy(m => Of(probe.Cost(weightBits, m.Layout, 0)));
        // Narrower conversions may at least make nothing worse.
        (int bits, least) = Narrowest(probe, weightBits, chosen, codes, profile, least.Harmless - (0.1 * (1 - confidence)), least);
        return new CellChoice(weightBits, chosen, bits, least, false, Of(probe.Cost(weightBits, chosen, bits)), true);
    }

    /// <summary>The fewest ADC bits that keep the output codes aligned.</summary>
    private static (int Bits, OutputCodeErrors Errors) Narrowest(
        LayerProbe probe, int weightBits, CellLayout layout, QuantizationParameters codes, HardwareProfile profile, double confidence,
        OutputCodeErrors errors)
    {
        int bits = 0;
        OutputCodeErrors wide = errors;
        for (int next = profile.AdcBits - 1; next >= FewestAdcBits; next--)
        {
            OutputCodeErrors narrower = probe.Errors(weightBits, layout, next, codes);
            if (narrower.Harmless < confidence || narrower.Wrong > (Alike * wide.Wrong) + FewCodes) break;
            (bits, errors) = (next, narrower);
        }

        return (bits, errors);
    }

    /// <summary>What is kept low: energy; where the profile states none, conversions, time and arrays stand for it.</summary>
    public static double Of(LayerCost cost) => cost.EnergyPj > 0 ? cost.EnergyPj : cost.AdcConversions + cost.LatencyNs + cost.Arrays;
}
