using System.Collections.Immutable;
using Cim.Compiler.Scheduling.Rows;
using Cim.Runtime.Hardware;

namespace Cim.Compiler.Scheduling.Placement;

/// <summary>Layers on the cores of one or several chips, and what their traffic costs there.</summary>
internal sealed class ChipPlacement
{
    /// <summary>Places layers with their copies.</summary>
    /// <param name="graph">The stages.</param>
    /// <param name="arraysOfCopy">Arrays of one copy of each layer.</param>
    /// <param name="copies">Copies of each layer.</param>
    /// <param name="activationBits">Bits of an activation by layer.</param>
    /// <param name="profile">The chip.</param>
    public ChipPlacement(
        StageGraph graph, IReadOnlyList<long> arraysOfCopy, IReadOnlyList<long> copies, IReadOnlyList<int> activationBits,
        HardwareProfile profile)
    {
        ChipFigures chip = profile.Chip;
        int chips = profile.Cores > 0 ? chip.Chips : 1;
        Owners = LayerTraffic.Owners(graph);
        long[] arrays = [.. arraysOfCopy.Select((a, i) => a * copies[i])];
        bool hasNetwork = chip.Topology != NetworkTopology.Ideal || chips > 1;
        var needs = new LayerNeeds(activationBits,
            [.. arraysOfCopy.Select(a => (a + profile.ArraysPerCore - 1) / profile.ArraysPerCore)],
            [.. graph.Layers.Select(l => (long)(l.RowsPerGroup + profile.Rows - 1) / profile.Rows)]);
        Traffic = hasNetwork ? LayerTraffic.Of(graph, activationBits, needs.CoresOfCopy, needs.RowTiles) : [];
        (Cores, IsShared) = chips > 1 ? ChipPartition.Of(arrays, Traffic, profile) : CorePlacement.Of(arrays, profile);
        int used = Cores.IsEmpty ? 1 : Cores.Max(c => c.First + c.Count);
        Grid = chips > 1
            ? new CoreGrid(chip.Topology, Math.Max(profile.Cores, (used + chips - 1) / chips), chips)
            : new CoreGrid(chip.Topology, Math.Max(profile.Cores, used));
        Slots = [.. Enumerable.Range(0, used)];
        if (!hasNetwork) return;
        Slots = ChipSlots.Of(Cores, Traffic, Grid);
        HopBits = TrafficPlacement.HopBits(Cores, Traffic, Grid, Slots);
        ChipLinkBits = Traffic.Sum(t => t.Bits * TrafficPlacement.ChipHops(Cores[t.From], Cores[t.To], Grid, Slots));
        Flows = new ChipFlows(graph, new CoresOfLayers(Cores, Owners, Slots, Grid), needs, chip);
    }

    /// <summary>The cores of each layer.</summary>
    public ImmutableArray<CoreRange> Cores { get; }

    /// <summary>True if layers share cores.</summary>
    public bool IsShared { get; }

    /// <summary>The slots of all chips.</summary>
    public CoreGrid Grid { get; }

    /// <summary>The slot of each core.</summary>
    public IReadOnlyList<int> Slots { get; }

    /// <summary>What moves between layers.</summary>
    public ImmutableArray<LayerTraffic> Traffic { get; }

    /// <summary>The layer on whose cores each stage works; -1 = none.</summary>
    public int[] Owners { get; }

    /// <summary>Bits times routers passed in an inference.</summary>
    public double HopBits { get; }

    /// <summary>Bits times links between chips in an inference.</summary>
    public double ChipLinkBits { get; }

    /// <summary>What moves row by row; null where cores reach each other without time.</summary>
    public ChipFlows? Flows { get; }

    /// <summary>By stage and input: nanoseconds until a row is there, where nothing else moves; null = none.</summary>
    public ImmutableArray<ImmutableArray<double>>? InputNs => Flows?.InputNs;
}
