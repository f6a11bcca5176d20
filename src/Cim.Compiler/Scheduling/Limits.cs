using System.Collections.Immutable;
using Cim.Compiler.Scheduling.Placement;
using Cim.Compiler.Scheduling.Rows;
using Cim.Compiler.Scheduling.Simulation;
using Cim.Runtime.Hardware;

namespace Cim.Compiler.Scheduling;

/// <summary>What of a chip holds a schedule up.</summary>
internal static class Limits
{
    private const double BitsOfByte = 8, NsPerSecond = 1e9;

    /// <summary>The limits; null if there are none. The buffers of a layer's cores are divided evenly between the layer and the digital
    /// operators that work on its cores, and those take turns at the digital units there.</summary>
    /// <param name="graph">The stages.</param>
    /// <param name="placement">Where they work.</param>
    /// <param name="work">What they have to do.</param>
    /// <param name="profile">The chip.</param>
    /// <param name="options">What is asked for.</param>
    public static ChipLimits? Of(
        StageGraph graph, ChipPlacement placement, IReadOnlyList<StageWork> work, HardwareProfile profile, ScheduleOptions options)
    {
        ChipFigures chip = profile.Chip;
        if (options.Pipeline == PipelineKind.Serial) return null;
        double local = options.HasChipBuffers ? chip.LocalBufferBytes : 0;
        ImmutableArray<int> units = Units(placement, work);
        bool takesTurns = units.Where(u => u >= 0).GroupBy(u => u).Any(g => g.Count() > 1);
        bool hasTraffic = placement.Flows is { } flows && flows.LinkNs.Any(ns => ns > 0);
        bool loads = options.Images > 1 && work.Any(w => w.LoadNs > 0);
        if (local == 0 && !placement.IsShared && !takesTurns && !hasTraffic && !loads) return null;
        int[] stages = new int[graph.Layers.Length];
        foreach (int owner in placement.Owners.Where(o => o >= 0)) stages[owner]++;
        return new ChipLimits(
            [.. placement.Owners.Select(o => o < 0 || local == 0
                ? 0
                : Math.Max(1, (long)(local * placement.Cores[o].Count / stages[o])))],
            placement.IsShared
                ? [.. graph.Stages.Select(s => s.Layer < 0 ? [] : placement.Cores[s.Layer].Numbers.ToImmutableArray())]
                : [],
            chip.OffChipBitsPerSecond / BitsOfByte / NsPerSecond)
        {
            Units = units,
            Flows = placement.Flows,
            GlobalBytes = local > 0 ? (long)chip.GlobalBufferBytes : 0,
            GlobalBytesPerNs = chip.GlobalBitsPerSecond / BitsOfByte / NsPerSecond,
        };
    }

    /// <summary>Digital operators of a layer's cores take turns; where layers share cores, those of all layers that hang
    /// together.</summary>
    private static ImmutableArray<int> Units(ChipPlacement placement, IReadOnlyList<StageWork> work)
    {
        int[] group = new int[placement.Cores.Length];
        for (int l = 1; l < group.Length; l++)
        {
            bool overlaps = placement.Cores[l].First < placement.Cores[l - 1].First + placement.Cores[l - 1].Count;
            group[l] = overlaps ? group[l - 1] : group[l - 1] + 1;
        }

        return [.. placement.Owners.Select((owner, s) =>
            work[s].Resource >= 0 || work[s].DigitalNs == 0 ? -1 : owner < 0 ? group.Length : group[owner])];
    }
}
