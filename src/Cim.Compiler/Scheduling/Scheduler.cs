using System.Collections.Immutable;
using Cim.Compiler.Mapping;
using Cim.Compiler.Scheduling.Copies;
using Cim.Compiler.Scheduling.Placement;
using Cim.Compiler.Scheduling.Rows;
using Cim.Compiler.Scheduling.Simulation;

namespace Cim.Compiler.Scheduling;

/// <summary>Puts a network on a chip: copies, cores, and a simulation of the rows that layers hand to each other.
/// docs/scheduling.md.</summary>
internal sealed class Scheduler
{
    private readonly ScheduledNetwork _network;
    private readonly ScheduleOptions _options;
    private readonly StageGraph _graph;
    private readonly ImmutableArray<LayerLoad> _loads;
    private readonly StageWorks _works;

    /// <param name="network">The network.</param>
    /// <param name="options">What is asked for.</param>
    public Scheduler(ScheduledNetwork network, ScheduleOptions options)
    {
        (_network, _options, _graph) = (network, options, network.Graph);
        // The published rules copy whole sets of arrays; the search lays several copies of a small layer into each further set.
        _loads = options.Copies == CopyRule.Optimise
            ? [.. network.Loads.Select((load, i) => load with { PerExtraSet = network.Packed[i] })]
            : network.Loads;
        _works = new StageWorks(network, _loads);
    }

    /// <summary>Makes the schedule.</summary>
    public Schedule Run()
    {
        long once = _network.ArraysOnce, chip = _network.Profile.AllArrays;
        long extra = _options.ExtraArrays ?? Math.Max(0, chip - once);
        (long[] sets, ChipRun run) = new ChipCopies(_network, _works, _options).Best(
            new CopyPlacement(_network, _works, _options).Of(extra), extra);
        long used = _loads.Select((l, i) => l.Arrays * sets[i]).Sum();
        return Of((sets, run), used, _options.ExtraArrays is { } more ? once + more : used);
    }

    private Schedule Of((long[] Sets, ChipRun Run) placed, long used, long arrays)
    {
        (long[] sets, ChipRun run) = placed;
        (RowTimes times, ChipPlacement placement) = (run.Times, run.Placement);
        double busy = _loads.Sum(l => l.Arrays * l.Products * l.ProductNs) * _options.Images;
        return new Schedule
        {
            Hardware = _network.Profile.Name,
            ArraysOnce = _network.ArraysOnce,
            Arrays = arrays,
            ArraysUsed = used,
            ArrayActivations = ModelCost.ArrayActivations(_graph.Layers, _network.Profile.Rows),
            SerialNs = _network.Costs.Sum(c => c.LatencyNs),
            MakespanNs = times.MakespanNs,
            Utilisation = times.MakespanNs > 0 && arrays > 0 ? busy / (arrays * times.MakespanNs) : 0,
            ThroughputPerSecond = 1e9 / Throughput.IntervalNs(run.Resources, times, _options.Pipeline),
            Images = _options.Images,
            BufferBytes = BufferUse.Peak(_graph, run.Work, times),
            SpilledBytes = run.SpilledBytes,
            SharedBufferBytes = run.SharedBytes,
            Energy = ScheduleEnergy.Of(
                _network, placement, (double)run.SpilledBytes / _options.Images, (double)run.SharedBytes / _options.Images),
            Layers = [.. _loads.Select((load, i) => Layer(load, i, sets[i], placement.Cores[i], times))],
            Slots = placement.Slots,
            ArraysPerCore = _network.Profile.ArraysPerCore,
            GridCores = placement.Grid.Cores,
            Timeline = TimelineBuilder.Of(_graph, placement, times),
            Bound = run.Bound(sets),
            NotModelled = Unmodelled.Of(_network.Profile, _options),
        };
    }

    private ScheduledLayer Layer(LayerLoad load, int index, long sets, CoreRange cores, RowTimes times)
    {
        int[] stages = [.. Enumerable.Range(0, _graph.Stages.Length).Where(s => _graph.Stages[s].Layer == index)];
        return new ScheduledLayer(load.Name, sets, load.Arrays, _network.RowTiles(index), load.Products)
        {
            AtOnce = load.AtOnce(sets),
            ReadsPerArray = (double)_network.Costs[index].Events.ArrayReads / (load.Arrays * sets),
            BusyNs = load.BusyNs(sets),
            StartNs = stages.Min(s => times.Start[s][0]),
            EndNs = stages.Max(s => times.End[s][^1]),
            FirstCore = cores.First,
            Cores = cores.Count,
        };
    }
}
