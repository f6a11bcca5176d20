using System.Collections.Immutable;
using Cim.Compiler.Scheduling.Rows;
using Cim.Runtime.Hardware;

namespace Cim.Compiler.Scheduling.Placement;

/// <summary>Layers on the cores of a chip, and what their traffic costs there.</summary>
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
        (Cores, IsShared) = CorePlacement.Of([.. arraysOfCopy.Select((a, i) => a * copies[i])], profile);
        int used = Cores.IsEmpty ? 1 : Cores.Max(c => c.First + c.Count);
        Grid = new CoreGrid(profile.Chip.Topology, Math.Max(profile.Cores, used));
        Owners = LayerTraffic.Owners(graph);
        if (profile.Chip.Topology == NetworkTopology.Ideal)
        {
            (Places, Traffic, TransferNs) = ([.. Enumerable.Range(0, used)], [], new double[graph.Stages.Length]);
            return;
        }

        Traffic = LayerTraffic.Of(graph, activationBits,
            [.. arraysOfCopy.Select(a => (a + profile.ArraysPerCore - 1) / profile.ArraysPerCore)],
            [.. graph.Layers.Select(l => (long)(l.RowsPerGroup + profile.Rows - 1) / profile.Rows)]);
        Places = TrafficPlacement.Of(Cores, Traffic, Grid);
        HopBits = TrafficPlacement.HopBits(Cores, Traffic, Grid, Places);
        TransferNs = [.. Enumerable.Range(0, graph.Stages.Length).Select(s => Transfer(graph, s, activationBits, profile.Chip))];
    }

    /// <summary>The cores of each layer.</summary>
    public ImmutableArray<CoreRange> Cores { get; }

    /// <summary>True if layers share cores.</summary>
    public bool IsShared { get; }

    /// <summary>The places there are.</summary>
    public CoreGrid Grid { get; }

    /// <summary>The place of each core.</summary>
    public IReadOnlyList<int> Places { get; }

    /// <summary>What moves between layers.</summary>
    public ImmutableArray<LayerTraffic> Traffic { get; }

    /// <summary>The layer on whose cores each stage works; -1 = none.</summary>
    public int[] Owners { get; }

    /// <summary>Bits times routers passed in an inference.</summary>
    public double HopBits { get; }

    /// <summary>By stage: nanoseconds until the cores that read a row have it.</summary>
    public double[] TransferNs { get; }

    /// <summary>The way to the farthest reader: its routers, and the row's bits over the links of the cores that hold it.</summary>
    private double Transfer(StageGraph graph, int stage, IReadOnlyList<int> activationBits, ChipFigures chip)
    {
        int owner = Owners[stage];
        if (owner < 0) return 0;
        double most = 0;
        foreach (int reader in graph.Consumers[stage].Select(c => Owners[c]).Where(o => o != owner && o >= 0).Distinct())
        {
            double hops = TrafficPlacement.Hops(Cores[owner], Cores[reader], Grid, Places);
            double bits = graph.Stages[stage].Elements * (double)activationBits[reader] / graph.Stages[stage].Rows;
            double moving = chip.LinkBitsPerSecond > 0 ? bits / (chip.LinkBitsPerSecond * Cores[owner].Count) : 0;
            most = Math.Max(most, 1e9 * ((hops * chip.HopLatency) + moving));
        }

        return most;
    }
}
