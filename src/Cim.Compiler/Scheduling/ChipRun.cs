using System.Collections.Immutable;
using Cim.Compiler.Scheduling.Placement;
using Cim.Compiler.Scheduling.Simulation;

namespace Cim.Compiler.Scheduling;

/// <summary>A network with its copies on the cores of a chip, simulated.</summary>
internal sealed class ChipRun
{
    private readonly ScheduledNetwork _network;
    private readonly StageWorks _works;
    private readonly ScheduleOptions _options;
    private readonly ChipLimits? _limits;

    /// <summary>Places and simulates.</summary>
    /// <param name="network">The network.</param>
    /// <param name="works">What its stages have to do.</param>
    /// <param name="sets">Sets of arrays of each layer.</param>
    /// <param name="options">What is asked for.</param>
    public ChipRun(ScheduledNetwork network, StageWorks works, long[] sets, ScheduleOptions options)
    {
        (_network, _works, _options) = (network, works, options);
        Placement = new ChipPlacement(network.Graph, [.. works.Loads.Select(l => l.Arrays)], sets,
            [.. network.Costs.Select(c => c.ActivationBits)], network.Profile);
        Work = works.Of(sets, Placement.InputNs);
        _limits = Limits.Of(network.Graph, Placement, Work, network.Profile, options);
        LimitedTimes limited = Simulate(Work, _limits);
        (Times, SpilledBytes, SharedBytes) = (limited.Times, limited.SpilledBytes, limited.SharedBytes);
        Resources = ResourceTimes.Of(network.Graph, Work, _limits);
    }

    /// <summary>True if more than data and arrays may hold a stage up.</summary>
    public bool IsLimited => _limits is not null;

    /// <summary>Where layers lie.</summary>
    public ChipPlacement Placement { get; }

    /// <summary>What stages have to do there.</summary>
    public ImmutableArray<StageWork> Work { get; }

    /// <summary>When rows are made.</summary>
    public RowTimes Times { get; }

    /// <summary>Bytes of rows that had to wait beside the chip.</summary>
    public long SpilledBytes { get; }

    /// <summary>Bytes of rows that had to wait in the buffer that all cores share.</summary>
    public long SharedBytes { get; }

    /// <summary>How long the busiest parts work for an image.</summary>
    public ResourceTimes Resources { get; }

    /// <summary>What limits it, and what more of each would buy.</summary>
    /// <param name="sets">Its sets of arrays.</param>
    public ScheduleBound Bound(long[] sets)
    {
        ScheduleBound bound = new BoundFinder(_network, _works.Loads, _options).Of(
            sets, Work, (Times, Resources), With);
        if (_options.Pipeline == PipelineKind.Serial) return bound;
        ImmutableArray<Relief> without = [.. Reliefs(sets)];
        Relief? most = without.MinBy(r => r.MakespanNs);
        return bound with
        {
            Without = without,
            LimitedBy = !_options.CountsInterval && most is not null && Times.MakespanNs > BoundFinder.Clearly * most.MakespanNs
                ? most.Name : bound.LimitedBy,
        };
    }

    /// <summary>Nanoseconds with other copies at the same slots, and from one image to the next.</summary>
    private (double MakespanNs, double IntervalNs) With(long[] sets)
    {
        ImmutableArray<StageWork> work = _works.Of(sets, Placement.InputNs);
        RowTimes times = Simulate(work, _limits).Times;
        return (times.MakespanNs, Throughput.IntervalNs(ResourceTimes.Of(_network.Graph, work, _limits), times, _options.Pipeline));
    }

    /// <summary>The schedule if one part of the chip held nothing up.</summary>
    private IEnumerable<Relief> Reliefs(long[] sets)
    {
        if (_limits is { } buffered && buffered.BufferBytes.Any(b => b > 0))
            yield return Of("buffer", Work, buffered with { BufferBytes = [.. buffered.BufferBytes.Select(_ => 0L)] });
        if (_limits is { Cores.IsEmpty: false }) yield return Of("cores", Work, _limits with { Cores = [] });
        if (Placement.Flows is not null)
            yield return Of("network", _works.Of(sets), _limits is null ? null : _limits with { Flows = null });
        if (Work.Any(w => w.DigitalNs > 0)) yield return Of("digital", [.. Work.Select(w => w with { DigitalNs = 0 })], _limits);
        if (Work.Any(w => w.LoadNs > 0)) yield return Of("memory", [.. Work.Select(w => w with { LoadNs = 0 })], _limits);

        Relief Of(string name, ImmutableArray<StageWork> work, ChipLimits? limits) =>
            new(name, Simulate(work, limits).Times.MakespanNs);
    }

    private LimitedTimes Simulate(ImmutableArray<StageWork> work, ChipLimits? limits) => limits is null
        ? new LimitedTimes(RowSimulation.Run(_network.Graph, work, _options.Pipeline, _options.Images), [], 0)
        : EventSimulation.Run(_network.Graph, work, new EventRun(_options.Pipeline, _options.Images, limits, Placement.Owners));
}
