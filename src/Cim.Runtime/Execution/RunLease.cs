namespace Cim.Runtime.Execution;

/// <summary>
/// The use of a job for one run. Disposing it releases the caller's memory first and returns the job to its pool after that,
/// so that no job in the pool holds anything of an earlier run, and nobody touches a job that somebody else may have rented.
/// </summary>
internal ref struct RunLease
{
    private readonly Stack<RunJob> _pool;
    private RunJob? _job;

    /// <param name="pool">Idle jobs; locked while it is changed.</param>
    /// <param name="job">The job, which is not in the pool.</param>
    public RunLease(Stack<RunJob> pool, RunJob job) => (_pool, _job) = (pool, job);

    /// <summary>The job, until the lease is disposed.</summary>
    public readonly RunJob Job => _job ?? throw new InvalidOperationException("The lease of this job has ended.");

    /// <summary>Ends the use. A job whose memory cannot be released (the caller's own memory manager throws) does not return to the
    /// pool.</summary>
    public void Dispose()
    {
        RunJob? job = _job;
        if (job is null) return;
        _job = null;
        job.Release();
        lock (_pool) _pool.Push(job);
    }
}
