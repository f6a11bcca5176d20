using Cim.Compiler.Scheduling.Rows;
using Cim.Runtime.Hardware;

namespace Cim.Compiler.Scheduling.Simulation;

/// <summary>A stage in the course of an event simulation: which of its rows are started, made, and needed no more.</summary>
internal sealed class StageState
{
    private readonly StageGraph _graph;
    private readonly Stage _stage;
    private readonly PipelineKind _pipeline;
    private readonly int[][] _firstNeeded;
    private readonly long _capacity;
    private readonly HashSet<int> _spilled = [];
    private int _made, _released;
    private long _waiting;

    public StageState(
        StageGraph graph, int index, StageWork work, LayerClock? clock, PipelineKind pipeline, int images, long capacity)
    {
        (_graph, Index, Work, _pipeline, _capacity) = (graph, index, work, pipeline, capacity);
        _stage = graph.Stages[index];
        Clock = clock ?? (work.Resource >= 0
            ? new LayerClock(work.Copies, work.Timing.ProductNs, work.Sharing)
            : new LayerClock(1, work.DigitalNs / _stage.Rows, ProductSharing.Whole));
        StartNs = new double[_stage.Rows * images];
        EndNs = new double[StartNs.Length];
        _firstNeeded = [.. _stage.Inputs.Select(FirstNeeded)];
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

    /// <summary>True if another row fits into the buffer. What the network returns leaves it at once.</summary>
    public bool HasRoom => _capacity == 0 || _graph.Consumers[Index].IsEmpty || _waiting + Work.RowBytes <= _capacity;

    /// <summary>True if the inputs of the next row are there.</summary>
    public bool HasInputs(StageState[] stages, double now)
    {
        if (Started == EndNs.Length) return false;
        (int image, int row) = Math.DivRem(Started, _stage.Rows);
        foreach (StageInput input in _stage.Inputs)
        {
            StageState producer = stages[input.Producer];
            int rows = producer._stage.Rows;
            int needed = (image * rows) + (_pipeline == PipelineKind.CrossLayer && !NeedsSetup(row) ? input.Needs.Last(row) : rows - 1);
            if (needed >= producer._made || producer.EndNs[needed] + producer.Work.TransferNs > now) return false;
        }

        return true;
    }

    /// <summary>True if nothing but the buffer keeps the next row from starting.</summary>
    public bool IsWaitingForBuffer(StageState[] stages, double now) => !HasRoom && HasInputs(stages, now);

    /// <summary>Starts the next row.</summary>
    /// <returns>When it will exist.</returns>
    public double Start(StageState[] stages, double now, bool spills, double delay)
    {
        int at = Started++, row = at % _stage.Rows;
        if (NeedsSetup(row)) Clock.HoldUntil(Math.Max(Clock.FreeNs, now) + Work.Timing.SetupNs);
        long products = Work.Products > 0
            ? _stage.ProductsBefore(row + 1, Work.Products) - _stage.ProductsBefore(row, Work.Products)
            : Work.DigitalNs > 0 ? 1 : 0;
        (StartNs[at], double end) = Clock.Compute(now, products);
        EndNs[at] = Math.Max(end + Work.Timing.DrainNs + delay, at == 0 ? 0 : EndNs[at - 1]);
        if (spills) _spilled.Add(at);
        else if (!_graph.Consumers[Index].IsEmpty) PeakBytes = Math.Max(PeakBytes, _waiting += Work.RowBytes);
        return EndNs[at];
    }

    /// <summary>Counts the rows that exist now.</summary>
    /// <returns>True if there are more than before.</returns>
    public bool Finish(double now)
    {
        int before = _made;
        while (_made < Started && EndNs[_made] <= now) _made++;
        return _made > before;
    }

    /// <summary>Frees the rows that no consumer needs any more.</summary>
    public void Release(StageState[] stages)
    {
        int until = int.MaxValue;
        foreach (int consumer in _graph.Consumers[Index]) until = Math.Min(until, stages[consumer].StillNeeds(Index));
        for (; _released < Math.Min(until, Started); _released++)
            if (!_spilled.Remove(_released)) _waiting -= Work.RowBytes;
    }

    /// <summary>The first row of a producer that this stage still needs.</summary>
    private int StillNeeds(int producer)
    {
        int first = int.MaxValue;
        (int image, int row) = Math.DivRem(_made, _stage.Rows);
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
