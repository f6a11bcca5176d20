using Cim.Compiler.Scheduling.Rows;

namespace Cim.Compiler.Scheduling.Simulation;

/// <summary>
/// Simulates a schedule event by event in the order of time: a row starts when its inputs are there, arrays are free, its buffer has room
/// and no other layer works on the same cores; a full buffer stalls the stage. At one time stages closer to the outputs come first, so
/// that buffers empty. Where every stage waits for a buffer (a shortcut whose other branch needs more rows than fit), the first of them
/// moves its row to the memory beside the chip.
/// </summary>
internal sealed class EventSimulation
{
    private readonly StageState[] _stages;
    private readonly PriorityQueue<int, (double Ns, int Stage)> _events = new();
    private readonly SortedSet<int> _changed = new(Comparer<int>.Create((a, b) => b.CompareTo(a)));
    private readonly Dictionary<int, (int Layer, double UntilNs)> _cores = [];
    private readonly ChipLimits _limits;
    private readonly StageGraph _graph;

    private EventSimulation(StageGraph graph, IReadOnlyList<StageWork> work, PipelineKind pipeline, int images, ChipLimits limits)
    {
        (_graph, _limits) = (graph, limits);
        var clocks = new Dictionary<int, LayerClock>();
        _stages = new StageState[graph.Stages.Length];
        for (int s = 0; s < _stages.Length; s++)
        {
            LayerClock? shared = work[s].Resource >= 0 ? clocks.GetValueOrDefault(work[s].Resource) : null;
            _stages[s] = new StageState(graph, s, work[s], shared, pipeline, images, limits.BufferBytes[s]);
            if (work[s].Resource >= 0) clocks[work[s].Resource] = _stages[s].Clock;
        }
    }

    /// <summary>The times of all rows.</summary>
    /// <param name="graph">The stages.</param>
    /// <param name="work">What each stage has to do.</param>
    /// <param name="pipeline">What may run at once: not <see cref="PipelineKind.Serial"/>, where nothing holds anything up.</param>
    /// <param name="images">Images one after the other.</param>
    /// <param name="limits">Buffers and cores.</param>
    public static LimitedTimes Run(
        StageGraph graph, IReadOnlyList<StageWork> work, PipelineKind pipeline, int images, ChipLimits limits) =>
        new EventSimulation(graph, work, pipeline, images, limits).Run(images);

    private LimitedTimes Run(int images)
    {
        long spilled = 0;
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
            spilled += stalled.Work.RowBytes;
            double delay = _limits.OffChipBytesPerNs > 0 ? 2 * stalled.Work.RowBytes / _limits.OffChipBytesPerNs : 0;
            Start(stalled, now, spills: true, delay);
        }

        return new LimitedTimes(
            new RowTimes([.. _stages.Select(s => s.StartNs)], [.. _stages.Select(s => s.EndNs)], images),
            [.. _stages.Select(s => s.PeakBytes)], spilled);
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
                if (WaitsUntil(s, now) is var until && until > now)
                {
                    _events.Enqueue(s, (until, s));
                    break;
                }

                Start(stage, now, spills: false, 0);
            }
        }
    }

    private void Start(StageState stage, double now, bool spills, double delay)
    {
        double end = stage.Start(_stages, now, spills, delay);
        foreach (int core in CoresOf(stage.Index)) _cores[core] = (_graph.Stages[stage.Index].Layer, end);
        _events.Enqueue(stage.Index, (end, stage.Index));
        foreach (int consumer in _graph.Consumers[stage.Index])
            if (stage.Work.TransferNs > 0) _events.Enqueue(consumer, (end + stage.Work.TransferNs, consumer));
    }

    /// <summary>When the arrays of a stage and the cores that it shares are free.</summary>
    private double WaitsUntil(int s, double now)
    {
        double until = Math.Max(now, _stages[s].Clock.FreeNs);
        foreach (int core in CoresOf(s))
            if (_cores.TryGetValue(core, out (int Layer, double UntilNs) busy) && busy.Layer != _graph.Stages[s].Layer)
                until = Math.Max(until, busy.UntilNs);
        return until;
    }

    private System.Collections.Immutable.ImmutableArray<int> CoresOf(int s) => _limits.Cores.IsEmpty ? [] : _limits.Cores[s];

    /// <summary>Something of a stage has changed: it, its producers and its consumers may go on.</summary>
    private void Arrive(int s, double now)
    {
        _changed.Add(s);
        if (!_stages[s].Finish(now)) return;
        foreach (int consumer in _graph.Consumers[s]) _changed.Add(consumer);
        foreach (StageInput input in _graph.Stages[s].Inputs)
        {
            _stages[input.Producer].Release(_stages);
            _changed.Add(input.Producer);
        }
    }
}
