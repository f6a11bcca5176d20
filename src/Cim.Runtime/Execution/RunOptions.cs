namespace Cim.Runtime;

/// <summary>How one run is simulated.</summary>
public sealed record RunOptions
{
    /// <summary>The default: exact, seed 0, all processors.</summary>
    public static RunOptions Default { get; } = new();

    /// <summary>How much of the hardware is simulated.</summary>
    public Fidelity Fidelity { get; init; } = Fidelity.Exact;

    /// <summary>Selects the simulated chip (programming) and the sequence of read noise.</summary>
    public ulong Seed { get; init; }

    /// <summary>
    /// Number of the first sample: with it, a data set run in several batches reads the same noise as in one. Only read noise
    /// depends on it.
    /// </summary>
    public long FirstSample { get; init; }

    /// <summary>At most this many threads; 0 = all processors. Results do not depend on it.</summary>
    public int MaxThreads { get; init; }
}
