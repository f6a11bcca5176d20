namespace Cim.Runtime.Execution;

/// <summary>
/// A thread of the pool that computes parts of layers for a <see cref="SplitRunner"/>. It stays for a while without work, because the
/// next layer follows in microseconds, and then leaves; asking it again costs what a work item of the pool costs.
/// </summary>
internal sealed class SplitHelper(SplitRunner runner) : IThreadPoolWorkItem
{
    /// <summary>Spins without work before the helper leaves: some tens of microseconds after a run, a millisecond within one.</summary>
    private const int Patience = 200, PatienceInRun = 4000;
    private int _present; // queued or at work

    /// <summary>This helper's scratch memory; it is replaced only while no layer is being computed.</summary>
    public Memory<byte> Workspace { get; set; }

    /// <summary>Asks for the helper unless it is there.</summary>
    public void Ask()
    {
        if (Volatile.Read(ref _present) == 0 && Interlocked.Exchange(ref _present, 1) == 0)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    void IThreadPoolWorkItem.Execute()
    {
        for (int idle = 0; idle < (runner.IsRunning ? PatienceInRun : Patience); idle++)
        {
            if (runner.TryWork(this)) idle = 0;
            else Thread.SpinWait(8);
        }

        Volatile.Write(ref _present, 0);
    }
}
