using System.Collections.Immutable;
using Cim.Compiler.Scheduling.Placement;
using Cim.Compiler.Scheduling.Rows;
using Cim.Compiler.Scheduling.Simulation;

namespace Cim.Compiler.Scheduling;

/// <summary>A network with its copies on the cores of a chip, simulated.</summary>
internal sealed class ChipRun
{
    /// <summary>Places and simulates.</summary>
    /// <param name="network">The network.</param>
    /// <param name="works">What its stages have to do.</param>
    /// <param name="sets">Sets of arrays of each layer.</param>
    /// <param name="options">What is asked for.</param>
    public ChipRun(ScheduledNetwork network, StageWorks works, long[] sets, ScheduleOptions options)
    {
        StageGraph graph = network.Graph;
        Placement = new ChipPlacement(
            graph, [.. works.Loads.Select(l => l.Arrays)], sets, [.. network.Costs.Select(c => c.ActivationBits)], network.Profile);
        Work = works.Of(sets, Placement.TransferNs);
        RowTimes free = Run(Work);
        LimitedTimes? limited = Limits.Of(graph, Placement, network.Profile, options) is { } limits
            ? EventSimulation.Run(graph, Work, options.Pipeline, options.Images, limits)
            : null;
        (Times, SpilledBytes) = (limited?.Times ?? free, limited?.SpilledBytes ?? 0);
        Bound = new BoundFinder(network, works.Loads, options)
            .Of(sets, Work, Times, s => Run(works.Of(s, Placement.TransferNs)).MakespanNs);
        if (Times.MakespanNs > BoundFinder.Clearly * free.MakespanNs)
            Bound = Bound with { LimitedBy = Placement.IsShared && SpilledBytes == 0 ? "cores" : "buffer" };
        else if (Placement.TransferNs.Any(t => t > 0) && free.MakespanNs > BoundFinder.Clearly * Run(works.Of(sets)).MakespanNs)
            Bound = Bound with { LimitedBy = "network" };

        RowTimes Run(ImmutableArray<StageWork> work) => RowSimulation.Run(graph, work, options.Pipeline, options.Images);
    }

    /// <summary>Where layers lie.</summary>
    public ChipPlacement Placement { get; }

    /// <summary>What stages have to do there.</summary>
    public ImmutableArray<StageWork> Work { get; }

    /// <summary>When rows are made.</summary>
    public RowTimes Times { get; }

    /// <summary>Bytes of rows that had to wait beside the chip.</summary>
    public long SpilledBytes { get; }

    /// <summary>What limits it.</summary>
    public ScheduleBound Bound { get; }
}
