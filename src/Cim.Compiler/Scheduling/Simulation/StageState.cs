using Cim.Compiler.Scheduling.Rows;

namespace Cim.Compiler.Scheduling.Simulation;

/// <summary>A stage in the course of an event simulation: which of its rows are started, made, and needed no more.</summary>
internal sealed class StageState
{
    private readonly StageGraph _graph;
    private readonly Stage _stage;
    private readonly PipelineKind _pipeline;
    private readonly int[][] _firstNeeded;
    private readonly int[] _flows;
    private readonly double[][] _arrivals;
    private readonly long _capacity;
    private readonly double _rowNs;
    private readonly HashSet<int> _spilled = [];
    private int _released;
    private long _waiting;

    /// <param name="graph">The stages.</param>
    /// <param name="index">Which one.</param>
    /// <param name="work">What it has to do.</param>
    /// <param name="clock">Its arrays or units.</param>
    /// <param name="run">What is simulated.</param>
    public StageState(StageGraph graph, int index, StageWork work, LayerClock clock, EventRun run)
    {
        (_graph, Index, Work, Clock, _pipeline) = (graph, index, work, clock, run.Pipeline);
        _stage = graph.Stages[index];
        _capacity = run.Chip.BufferBytes[index];
        _rowNs = work.DigitalNs / _stage.Rows;
        StartNs = new double[_stage.Rows * run.Images];
        EndNs = new double[StartNs.Length];
        _firstNeeded = [.. _stage.Inputs.Select(FirstNeeded)];
        _flows = [.. _stage.Inputs.Select(i => run.FlowOf(i.Producer, index))];
        int sent = run.Chip.Flows is { } flows ? flows.Of[index].Length + 1 : 0;
        _arrivals = [.. Enumerable.Range(0, sent).Select(_ => new double[StartNs.Length])];
    }

    /// <summary>Its number.</summary>
    public int Index { get; }

    /// <summary>What it has to do.</summary>
    public StageWork Work { get; }

    /// <summary>Its arrays or units.</summary>
    public LayerClock Clock { get; }

    /// <summary>When rows start.</summary>
    public double[] StartNs { get; }

    /// <summary>When rows exist.</summary>
    public double[] EndNs { get; }

    /// <summary>The most bytes that waited.</summary>
    public long PeakBytes { get; private set; }

    /// <summary>Rows that are started.</summary>
    public int Started { get; private set; }

    /// <summary>Rows that exist.</summary>
    public int Made { get; private set; }

    /// <summary>True if it reads what comes from the memory beside the chip.</summary>
    public bool IsLoaded => Work.LoadNs > 0 && !_stage.InputShare.IsDefaultOrEmpty;

    /// <summary>Image and row of the next row to start.</summary>
    public (int Image, int Row) Next => Math.DivRem(Started, _stage.Rows);

    /// <summary>True if another row fits into the buffer. What the network returns leaves it at once.</summary>
    public bool HasRoom => _capacity == 0 || _graph.Consumers[Index].IsEmpty || _waiting + Work.RowBytes <= _capacity;

    /// <summary>When its next row has come in from the memory beside the chip, if its image starts to at a time.</summary>
    public double LoadedNs(double startNs) =>
        startNs + ((NeedsSetup(Next.Row) ? 1 : _stage.InputShare[Next.Row]) * Work.LoadNs);

    /// <summary>True if the inputs of the next row are there.</summary>
    public bool HasInputs(StageState[] stages, double now)
    {
        if (Started == EndNs.Length) return false;
        (int image, int row) = Next;
        for (int i = 0; i < _stage.Inputs.Length; i++)
        {
            StageInput input = _stage.Inputs[i];
            StageState producer = stages[input.Producer];
            int rows = producer._stage.Rows;
            int needed = (image * rows) + (_pipeline == PipelineKind.CrossLayer && !NeedsSetup(row) ? input.Needs.Last(row) : rows - 1);
            if (needed >= producer.Made) return false;
            double there = _flows[i] >= 0 ? producer._arrivals[_flows[i]][needed] : producer.EndNs[needed] + Work.TransferNs(i);
            if (there > now) return false;
        }

        return true;
    }

    /// <summary>True if nothing but the buffer keeps the next row from starting.</summary>
    public bool IsWaitingForBuffer(StageState[] stages, double now) => !HasRoom && HasInputs(stages, now);

    /// <summary>Starts the next row.</summary>
    /// <param name="now">The time.</param>
    /// <param name="memory">Where the row goes if there is no room for it; null = into its buffer.</param>
    /// <returns>When it will exist.</returns>
    public double Start(double now, SpillMemory? memory)
    {
        int at = Started++, row = at % _stage.Rows;
        if (NeedsSetup(row)) Clock.Program(now, Work.Timing.SetupNs);
        (StartNs[at], double end) = Work.Products > 0
            ? Clock.Compute(now, _stage.ProductsBefore(row + 1, Work.Products) - _stage.ProductsBefore(row, Work.Products))
            : Clock.Occupy(now, _rowNs);
        double delay = memory?.Move(Index, at, Work.RowBytes, now) ?? 0;
        EndNs[at] = Math.Max(end + Work.Timing.DrainNs + delay, at == 0 ? 0 : EndNs[at - 1]);
        if (memory is not null) _spilled.Add(at);
        else if (!_graph.Consumers[Index].IsEmpty) PeakBytes = Math.Max(PeakBytes, _waiting += Work.RowBytes);
        return EndNs[at];
    }

    /// <summary>Counts the rows that exist now, and sends them to those who read them.</summary>
    /// <param name="now">The time.</param>
    /// <param name="links">The links between cores; null = rows take the time they take alone.</param>
    /// <returns>True if there are more than before.</returns>
    public bool Finish(double now, LinkClocks? links)
    {
        int before = Made;
        Span<double> there = stackalloc double[_arrivals.Length];
        for (; Made < Started && EndNs[Made] <= now; Made++)
        {
            if (links is null) continue;
            links.Send(Index, now, there);
            for (int f = 0; f < there.Length; f++) _arrivals[f][Made] = there[f];
        }

        return Made > before;
    }

    /// <summary>When a row that exists is there for a reader.</summary>
    /// <param name="reader">The reader.</param>
    /// <param name="row">The row.</param>
    public IEnumerable<double> ArrivalsAt(StageState reader, int row)
    {
        for (int i = 0; i < reader._flows.Length; i++)
            if (reader._stage.Inputs[i].Producer == Index)
                yield return reader._flows[i] >= 0 ? _arrivals[reader._flows[i]][row] : EndNs[row] + reader.Work.TransferNs(i);
    }

    /// <summary>Frees the rows that no consumer needs any more.</summary>
    public void Release(StageState[] stages, SpillMemory memory)
    {
        int until = int.MaxValue;
        foreach (int consumer in _graph.Consumers[Index]) until = Math.Min(until, stages[consumer].StillNeeds(Index));
        for (; _released < Math.Min(until, Started); _released++)
        {
            if (_spilled.Remove(_released)) memory.Free(Index, _released);
            else _waiting -= Work.RowBytes;
        }
    }

    /// <summary>The first row of a producer that this stage still needs.</summary>
    private int StillNeeds(int producer)
    {
        int first = int.MaxValue;
        (int image, int row) = Math.DivRem(Made, _stage.Rows);
        for (int i = 0; i < _stage.Inputs.Length; i++)
            if (_stage.Inputs[i].Producer == producer)
                first = Math.Min(first, (image * _graph.Stages[producer].Rows) + _firstNeeded[i][row]);
        return first;
    }

    /// <summary>A matrix that the network computes is written before the first row of an image.</summary>
    private bool NeedsSetup(int row) => row == 0 && Work.Timing.SetupNs > 0;

    /// <summary>By row: the first input row that it or a later one needs.</summary>
    private int[] FirstNeeded(StageInput input)
    {
        int[] first = new int[_stage.Rows];
        int least = int.MaxValue;
        for (int r = _stage.Rows - 1; r >= 0; r--)
            first[r] = least = Math.Min(least, _pipeline == PipelineKind.CrossLayer ? input.Needs.First(r) : 0);
        return first;
    }
}
