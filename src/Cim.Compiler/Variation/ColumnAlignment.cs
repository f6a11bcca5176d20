using System.Collections.Immutable;
using Cim.Compiler.Precision;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Hardware;

namespace Cim.Compiler.Variation;

/// <summary>
/// Widths and cells of a layer whose columns do not need the same: a column drops one more weight bit if that changes its kept output
/// less than is wrong with the layer's outputs anyway, and each of the two groups gets the cheapest cells on which its codes are right.
/// </summary>
/// <param name="Groups">The groups.</param>
/// <param name="AdcBits">Resolution of the layer's conversions; 0 = the profile's.</param>
/// <param name="Errors">What variation does to the output codes of all columns.</param>
internal sealed record ColumnAlignment(ColumnGroups Groups, int AdcBits, OutputCodeErrors Errors)
{
    /// <summary>Groups are kept only where they save this much: they make a mapping harder to read.</summary>
    private const double LeastSaving = 0.03;

    /// <summary>The widest group.</summary>
    public int WeightBits => Groups.Groups.Max(g => g.WeightBits);

    /// <summary>For progress lines.</summary>
    public string Description => string.Join(" and ", Groups.Groups.Select(g =>
        $"{g.WeightBits}-bit weights on slices of [{string.Join(", ", g.Layout.SliceBits)}] bits in {g.Outputs.Length}"));

    /// <param name="probe">The layer, of one group and with weights of its own.</param>
    /// <param name="whole">What all columns would have alike.</param>
    /// <param name="codes">The output codes.</param>
    /// <param name="wrong">Mean square of what is wrong with an output anyway, by weight bits.</param>
    /// <param name="profile">The hardware.</param>
    /// <param name="confidence">The asked probability.</param>
    /// <returns>Null where groups save nothing, or not all of them can be aligned.</returns>
    public static ColumnAlignment? Of(
        LayerProbe probe, CellChoice whole, QuantizationParameters codes, Func<int, double> wrong, HardwareProfile profile,
        double confidence)
    {
        if (!whole.IsAligned) return null;
        ImmutableArray<(int Bits, ImmutableArray<int> Outputs)> widths = Widths(probe, whole.WeightBits, codes, wrong);
        if (widths.Length < 2) return null;
        var groups = ImmutableArray.CreateBuilder<ColumnGroup>();
        int adcBits = 0, outputs = probe.Full.Outputs;
        OutputCodeErrors all = new(0, 0, 0, 0);
        foreach ((int bits, ImmutableArray<int> columns) in widths)
        {
            CellChoice cells = CellChoice.Of(probe.Of(columns), bits, codes, profile, confidence);
            if (!cells.IsAligned) return null;
            groups.Add(new ColumnGroup(columns, bits, cells.Layout));
            adcBits = Math.Max(adcBits, cells.AdcBits == 0 ? profile.AdcBits : cells.AdcBits);
            double share = (double)columns.Length / outputs;
            all = new OutputCodeErrors(
                all.Harmless + (share * cells.Errors.Harmless), all.Wrong + (share * cells.Errors.Wrong),
                all.BeyondOne + (share * cells.Errors.BeyondOne),
                Math.Sqrt((all.Noise * all.Noise) + (share * cells.Errors.Noise * cells.Errors.Noise)));
        }

        if (adcBits == profile.AdcBits) adcBits = 0;
        var found = new ColumnAlignment(new ColumnGroups(probe.Grid, groups.ToImmutable()), adcBits, all);
        return CellChoice.Of(probe.Cost(found.Groups, adcBits)) <= (1 - LeastSaving) * whole.Cost ? found : null;
    }

    /// <summary>The columns that need the bits the layer keeps, and those that can do with one less.</summary>
    private static ImmutableArray<(int Bits, ImmutableArray<int> Outputs)> Widths(
        LayerProbe probe, int bits, QuantizationParameters codes, Func<int, double> wrong)
    {
        ImmutableArray<int> outputs = [.. Enumerable.Range(0, probe.Full.Outputs)];
        if (bits <= QuantizationPolicy.MinBits) return [(bits, outputs)];
        double[] change = probe.Of(outputs, outputs.Length).RoundingPowers(bits - 1, codes);
        double anyway = wrong(bits - 1);
        return [.. outputs.GroupBy(o => change[o] <= anyway ? bits - 1 : bits).OrderByDescending(g => g.Key)
            .Select(g => (g.Key, g.ToImmutableArray()))];
    }
}
