using System.Collections.Immutable;
using Cim.Runtime.Hardware;

namespace Cim.Compiler.Scheduling.Placement;

/// <summary>
/// Puts consecutive layers on each of several chips so that the fewest bits pass between chips: dynamic programming over the borders. What
/// moves from one chip to the next but one passes two borders and counts twice.
/// </summary>
internal static class ChipPartition
{
    /// <summary>Cores for each layer, numbered chip after chip. Where layers do not fit as whole ones, they lie one after the other without
    /// regard to borders.</summary>
    /// <param name="arrays">Arrays of each layer with all its copies.</param>
    /// <param name="traffic">What moves between layers.</param>
    /// <param name="profile">A chip.</param>
    public static (ImmutableArray<CoreRange> Cores, bool IsShared) Of(
        IReadOnlyList<long> arrays, ImmutableArray<LayerTraffic> traffic, HardwareProfile profile)
    {
        long perCore = profile.ArraysPerCore;
        long[] cores = [.. arrays.Select(a => (Math.Max(1, a) + perCore - 1) / perCore)];
        if (Borders(cores, CutBits(arrays.Count, traffic), profile.Cores, profile.Chip.Chips) is not { } borders)
            return CorePlacement.Of(arrays, profile with { Cores = profile.Cores * profile.Chip.Chips });
        var ranges = ImmutableArray.CreateBuilder<CoreRange>(arrays.Count);
        for (int chip = 0; chip + 1 < borders.Length; chip++)
        {
            long at = (long)chip * profile.Cores;
            for (int l = borders[chip]; l < borders[chip + 1]; at += cores[l++]) ranges.Add(new CoreRange((int)at, (int)cores[l]));
        }

        return (ranges.MoveToImmutable(), false);
    }

    /// <summary>The first layer of each chip, and at the end how many layers there are; null if they do not fit.</summary>
    /// <param name="cores">Cores of each layer.</param>
    /// <param name="cut">Bits over a border before each layer.</param>
    /// <param name="capacity">Cores of a chip.</param>
    /// <param name="chips">Chips.</param>
    public static int[]? Borders(IReadOnlyList<long> cores, IReadOnlyList<double> cut, long capacity, int chips)
    {
        int layers = cores.Count;
        double[,] least = new double[chips + 1, layers + 1];
        int[,] from = new int[chips + 1, layers + 1];
        for (int c = 0; c <= chips; c++)
            for (int l = 0; l <= layers; l++) least[c, l] = c == 0 && l == 0 ? 0 : double.PositiveInfinity;
        for (int c = 1; c <= chips; c++)
            for (int end = 0; end <= layers; end++)
            {
                // An empty chip costs nothing.
                (least[c, end], from[c, end]) = (least[c - 1, end], end);
                long held = 0;
                for (int first = end - 1; first >= 0 && (held += cores[first]) <= capacity; first--)
                {
                    double bits = least[c - 1, first] + (first == 0 ? 0 : cut[first]);
                    if (bits < least[c, end]) (least[c, end], from[c, end]) = (bits, first);
                }
            }

        if (double.IsInfinity(least[chips, layers])) return null;
        int[] borders = new int[chips + 1];
        borders[chips] = layers;
        for (int c = chips; c > 0; c--) borders[c - 1] = from[c, borders[c]];
        return borders;
    }

    /// <summary>Bits over a border before each layer.</summary>
    public static double[] CutBits(int layers, ImmutableArray<LayerTraffic> traffic)
    {
        double[] cut = new double[layers + 1];
        foreach (LayerTraffic t in traffic)
            for (int l = Math.Min(t.From, t.To) + 1; l <= Math.Max(t.From, t.To); l++) cut[l] += t.Bits;
        return cut;
    }
}
