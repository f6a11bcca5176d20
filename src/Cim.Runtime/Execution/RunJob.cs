using System.Buffers;
using System.Runtime.ExceptionServices;
using Cim.Runtime.Crossbar;

namespace Cim.Runtime.Execution;

/// <summary>
/// One batch being run by the calling thread and helpers from the thread pool, which take pieces from a common counter.
/// Reused from run to run so that nothing is allocated; a helper that starts late finds the job closed, or helps the run
/// that uses the job by then. The job owns what it lends to a run: it pins the caller's memory itself, and only
/// <see cref="Release"/> lets go of it, which is the one way back to the pool (<see cref="RunLease"/>).
/// </summary>
internal sealed class RunJob : IThreadPoolWorkItem
{
    private const int Closed = int.MinValue;
    private readonly Executor _executor;
    private readonly object _gate = new();
    private readonly MemoryHandle[] _pins;
    private int _pinned;
    private int _active = Closed; // helpers at work, plus Closed when none may join
    private int _helpers;
    private int _next;
    private int _pieces;
    private Exception? _failure;

    public RunJob(Executor executor, int inputs, int outputs) =>
        (_executor, Inputs, Outputs, InputTypes, OutputTypes, _pins) = (executor, new nint[inputs], new nint[outputs],
            new HostType[inputs], new HostType[outputs], new MemoryHandle[inputs + outputs]);

    /// <summary>The caller's buffers, which do not move while the job runs.</summary>
    public nint[] Inputs { get; }

    public nint[] Outputs { get; }

    /// <summary>What numbers are in each buffer; floats unless a run says otherwise.</summary>
    public HostType[] InputTypes { get; }

    public HostType[] OutputTypes { get; }

    public PreparedLayer[] Layers { get; private set; } = [];

    /// <summary>Samples in all, and samples of one piece of work.</summary>
    public int Units { get; private set; }

    public int UnitsPerPiece { get; private set; }

    /// <summary>How many threads may compute a layer of one piece together.</summary>
    public int ThreadsPerPiece { get; private set; } = 1;

    /// <summary>Index of the first sample for the noise generators.</summary>
    public long FirstUnit { get; private set; }

    public CancellationToken Cancellation { get; private set; }

    public bool IsCancelled => Cancellation.IsCancellationRequested || Volatile.Read(ref _failure) is not null;

    /// <summary>Holds an input's memory in place until <see cref="Release"/>.</summary>
    public unsafe void PinInput(int index, ReadOnlyMemory<float> memory) => Inputs[index] = (nint)Pin(memory.Pin()).Pointer;

    /// <summary>Holds an output's memory in place until <see cref="Release"/>.</summary>
    public unsafe void PinOutput(int index, Memory<float> memory) => Outputs[index] = (nint)Pin(memory.Pin()).Pointer;

    /// <summary>Lets go of the caller's memory.</summary>
    public void Release()
    {
        Array.Clear(Inputs);
        Array.Clear(Outputs);
        Array.Clear(InputTypes);
        Array.Clear(OutputTypes);
        while (_pinned > 0)
        {
            ref MemoryHandle pin = ref _pins[--_pinned];
            MemoryHandle held = pin;
            pin = default;
            held.Dispose();
        }
    }

    /// <summary>Runs a batch and returns when it is done.</summary>
    public void Run(PreparedLayer[] layers, int units, int unitsPerPiece, int threads, long firstUnit, CancellationToken cancellation)
    {
        (Layers, Units, UnitsPerPiece, FirstUnit, Cancellation) = (layers, units, unitsPerPiece, firstUnit, cancellation);
        (_next, _failure) = (0, null);
        _pieces = ((units - 1) / unitsPerPiece) + 1;
        _helpers = Math.Min(threads, _pieces) - 1;
        ThreadsPerPiece = Math.Max(1, threads / _pieces);
        if (_helpers > 0)
        {
            Volatile.Write(ref _active, 0); // opens the job: everything above is visible to those who join
            for (int i = 0; i < _helpers; i++) ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }

        Work();
        if (_helpers > 0) CloseAndWait();

        Exception? failure = _failure;
        (Layers, Cancellation, _failure) = ([], default, null);
        if (failure is not null) ExceptionDispatchInfo.Throw(failure);
        cancellation.ThrowIfCancellationRequested();
    }

    /// <summary>What a helper does.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        int active = Volatile.Read(ref _active);
        while (true)
        {
            if (active < 0 || active >= _helpers) return;
            int seen = Interlocked.CompareExchange(ref _active, active + 1, active);
            if (seen == active) break;
            active = seen;
        }

        Work();
        if (Interlocked.Decrement(ref _active) != Closed) return;
        lock (_gate) Monitor.PulseAll(_gate);
    }

    /// <summary>Nobody may join any more; returns when those at work have left.</summary>
    private void CloseAndWait()
    {
        if (Interlocked.Add(ref _active, Closed) == Closed) return;
        var spin = default(SpinWait);
        while (Volatile.Read(ref _active) != Closed && !spin.NextSpinWillYield) spin.SpinOnce();
        lock (_gate)
            while (Volatile.Read(ref _active) != Closed) Monitor.Wait(_gate);
    }

    private MemoryHandle Pin(MemoryHandle handle) => _pins[_pinned++] = handle;

    private void Work()
    {
        try
        {
            _executor.Work(this);
        }
        catch (Exception e)
        {
            Interlocked.CompareExchange(ref _failure, e, null);
        }
    }

    /// <summary>Takes the next piece; false when there is none.</summary>
    public bool TryTake(out int firstUnit, out int units)
    {
        int piece = Interlocked.Increment(ref _next) - 1;
        firstUnit = piece < _pieces ? piece * UnitsPerPiece : 0;
        units = Math.Min(UnitsPerPiece, Units - firstUnit);
        return piece < _pieces && !IsCancelled;
    }
}
