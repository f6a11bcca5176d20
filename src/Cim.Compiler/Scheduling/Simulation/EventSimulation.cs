using System.Collections.Immutable;
using Cim.Compiler.Scheduling.Rows;
using Cim.Runtime.Hardware;

namespace Cim.Compiler.Scheduling.Simulation;

/// <summary>
/// Simulates a schedule event by event in the order of time: a row starts when its inputs are there, its arrays or digital units are free,
/// its buffer has room and no other layer works on the same cores; a full buffer stalls the stage. At one time stages closer to the
/// outputs come first, so that buffers empty. Where every stage waits for a buffer (a shortcut whose other branch needs more rows than
/// fit), the first of them moves its row to a larger memory.
/// </summary>
internal sealed class EventSimulation
{
    private readonly StageState[] _stages;
    private readonly PriorityQueue<int, (double Ns, int Stage)> _events = new();
    private readonly SortedSet<int> _changed = new(Comparer<int>.Create((a, b) => b.CompareTo(a)));
    private readonly Dictionary<int, (int Layer, double UntilNs)> _cores = [];
    private readonly EventRun _run;
    private readonly StageGraph _graph;
    private readonly SpillMemory _memory;
    private readonly LinkClocks? _links;
    private readonly double[] _loads;

    private EventSimulation(StageGraph graph, IReadOnlyList<StageWork> work, EventRun run)
    {
        (_graph, _run, _memory) = (graph, run, new SpillMemory(run.Chip));
        _links = run.Chip.Flows is { } flows ? new LinkClocks(flows, flows.Links) : null;
        var layers = new Dictionary<int, LayerClock>();
        var units = new Dictionary<int, LayerClock>();
        _stages = new StageState[graph.Stages.Length];
        for (int s = 0; s < _stages.Length; s++) _stages[s] = new StageState(graph, s, work[s], ClockOf(s), run);
        _loads = new double[run.Images];
        Array.Fill(_loads, double.PositiveInfinity);
        if (_stages.FirstOrDefault(s => s.IsLoaded) is { } loaded) _loads[0] = _memory.Load(loaded.Work.LoadNs, 0);

        LayerClock ClockOf(int s)
        {
            if (work[s].Resource >= 0)
            {
                if (layers.TryGetValue(work[s].Resource, out LayerClock? arrays)) return arrays;
                return layers[work[s].Resource] = new LayerClock(work[s].Copies, work[s].Timing.ProductNs, work[s].Sharing);
            }

            int unit = work[s].DigitalNs > 0 ? run.Chip.UnitOf(s) : -1;
            if (unit >= 0 && units.TryGetValue(unit, out LayerClock? shared)) return shared;
            var own = new LayerClock(1, 0, ProductSharing.Whole);
            if (unit >= 0) units[unit] = own;
            return own;
        }
    }

    /// <summary>The times of all rows.</summary>
    /// <param name="graph">The stages.</param>
    /// <param name="work">What each stage has to do.</param>
    /// <param name="run">Not <see cref="PipelineKind.Serial"/>, where nothing holds anything up.</param>
    public static LimitedTimes Run(StageGraph graph, IReadOnlyList<StageWork> work, EventRun run) =>
        new EventSimulation(graph, work, run).Run();

    private LimitedTimes Run()
    {
        for (int s = 0; s < _stages.Length; s++) _changed.Add(s);
        double now = 0;
        while (true)
        {
            StartWhatCan(now);
            if (_events.TryPeek(out _, out (double Ns, int) next))
            {
                now = next.Ns;
                while (_events.TryPeek(out int stage, out next) && next.Ns == now)
                {
                    _events.Dequeue();
                    Arrive(stage, now);
                }

                continue;
            }

            // Nothing is under way: done, or every stage waits for a buffer.
            if (Array.Find(_stages, s => s.IsWaitingForBuffer(_stages, now)) is not { } stalled) break;
            Start(stalled, now, _memory);
        }

        return new LimitedTimes(
            new RowTimes([.. _stages.Select(s => s.StartNs)], [.. _stages.Select(s => s.EndNs)], _run.Images),
            [.. _stages.Select(s => s.PeakBytes)], _memory.OffChipBytes)
        {
            SharedBytes = _memory.SharedBytes, SharedPeak = _memory.SharedPeak,
        };
    }

    private void StartWhatCan(double now)
    {
        while (_changed.Count > 0)
        {
            int s = _changed.Min;
            _changed.Remove(s);
            StageState stage = _stages[s];
            while (stage.HasInputs(_stages, now) && stage.HasRoom)
            {
                if (WaitsUntil(stage, now) is var until && until > now)
                {
                    // What has not begun to come in is looked at again when it does.
                    if (double.IsFinite(until)) _events.Enqueue(s, (until, s));
                    break;
                }

                Start(stage, now, null);
            }
        }
    }

    private void Start(StageState stage, double now, SpillMemory? memory)
    {
        (int image, int row) = stage.Next;
        double end = stage.Start(now, memory);
        int layer = _graph.Stages[stage.Index].Layer;
        // Of stages that share a layer's weights another one may be at work longer.
        foreach (int core in CoresOf(stage.Index))
            _cores[core] = (layer, _cores.TryGetValue(core, out var held) && held.Layer == layer ? Math.Max(held.UntilNs, end) : end);
        _events.Enqueue(stage.Index, (end, stage.Index));
        if (stage.IsLoaded && row == 0) LoadNext(image, stage.Work.LoadNs, now);
    }

    /// <summary>The next image comes in while one is worked on.</summary>
    private void LoadNext(int image, double ns, double now)
    {
        if (image + 1 >= _loads.Length || double.IsFinite(_loads[image + 1])) return;
        _loads[image + 1] = _memory.Load(ns, now);
        foreach (StageState stage in _stages)
            if (stage.IsLoaded) _changed.Add(stage.Index);
    }

    /// <summary>When the arrays or units of a stage and the cores that it shares are free, and what it reads has come in.</summary>
    private double WaitsUntil(StageState stage, double now)
    {
        double until = Math.Max(now, stage.Clock.FreeNs);
        if (stage.IsLoaded) until = Math.Max(until, stage.LoadedNs(_loads[stage.Next.Image]));
        foreach (int core in CoresOf(stage.Index))
            if (_cores.TryGetValue(core, out (int Layer, double UntilNs) busy) && busy.Layer != _graph.Stages[stage.Index].Layer)
                until = Math.Max(until, busy.UntilNs);
        return until;
    }

    private ImmutableArray<int> CoresOf(int s) => _run.Chip.Cores.IsEmpty ? [] : _run.Chip.Cores[s];

    /// <summary>Something of a stage has changed: it, its producers and its consumers may go on.</summary>
    private void Arrive(int s, double now)
    {
        _changed.Add(s);
        int before = _stages[s].Made;
        if (!_stages[s].Finish(now, _links)) return;
        foreach (int consumer in _graph.Consumers[s])
        {
            _changed.Add(consumer);
            for (int row = before; row < _stages[s].Made; row++)
                foreach (double there in _stages[s].ArrivalsAt(_stages[consumer], row))
                    if (there > now) _events.Enqueue(consumer, (there, consumer));
        }

        foreach (StageInput input in _graph.Stages[s].Inputs)
        {
            _stages[input.Producer].Release(_stages, _memory);
            _changed.Add(input.Producer);
        }
    }
}
