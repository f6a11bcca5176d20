using System.Collections.Immutable;

namespace Cim.Compiler.Scheduling.Placement;

/// <summary>The slots of cores chip by chip: what moves on a chip decides there.</summary>
internal static class ChipSlots
{
    /// <summary>The slot of every core.</summary>
    /// <param name="cores">The cores of each layer, numbered chip after chip.</param>
    /// <param name="traffic">What moves between layers.</param>
    /// <param name="grid">The slots.</param>
    public static int[] Of(ImmutableArray<CoreRange> cores, ImmutableArray<LayerTraffic> traffic, CoreGrid grid)
    {
        if (grid.Chips == 1) return TrafficPlacement.Of(cores, traffic, grid);
        int used = cores.IsEmpty ? 0 : cores.Max(c => c.First + c.Count);
        int[] slots = [.. Enumerable.Range(0, used)];
        var one = new CoreGrid(grid.Topology, grid.CoresPerChip);
        for (int chip = 0; chip < grid.Chips; chip++)
        {
            int first = chip * grid.CoresPerChip;
            // Layers that lie on this chip alone; those across a border keep their slots.
            int[] own = [.. Enumerable.Range(0, cores.Length)
                .Where(l => cores[l].First >= first && cores[l].First + cores[l].Count <= first + grid.CoresPerChip)];
            int touching = cores.Count(c => c.First < first + grid.CoresPerChip && c.First + c.Count > first);
            if (own.Length == 0 || own.Length < touching) continue;
            var number = own.Select((l, i) => (l, i)).ToDictionary(p => p.l, p => p.i);
            int[] found = TrafficPlacement.Of(
                [.. own.Select(l => cores[l] with { First = cores[l].First - first })],
                [.. traffic.Where(t => number.ContainsKey(t.From) && number.ContainsKey(t.To))
                    .Select(t => t with { From = number[t.From], To = number[t.To] })],
                one);
            for (int core = 0; core < found.Length; core++) slots[first + core] = first + found[core];
        }

        return slots;
    }
}
