namespace Cim.Compiler.Scheduling.Simulation;

/// <summary>
/// Where rows wait that fit into no buffer of their cores: the buffer that all cores share as long as it has room, else the memory beside
/// the chip. Each moves one row at a time, there and back.
/// </summary>
/// <param name="limits">Sizes and rates.</param>
internal sealed class SpillMemory(ChipLimits limits)
{
    private const int ThereAndBack = 2;

    private readonly Dictionary<(int Stage, int Row), long> _shared = [];
    private double _sharedFree, _offChipFree;
    private long _held;

    /// <summary>Bytes that moved to the memory beside the chip.</summary>
    public long OffChipBytes { get; private set; }

    /// <summary>Bytes that moved to the buffer that all cores share.</summary>
    public long SharedBytes { get; private set; }

    /// <summary>The most bytes in the buffer that all cores share.</summary>
    public long SharedPeak { get; private set; }

    /// <summary>Moves a row.</summary>
    /// <param name="stage">Whose row it is.</param>
    /// <param name="row">Which one.</param>
    /// <param name="bytes">Its size.</param>
    /// <param name="now">The time.</param>
    /// <returns>Nanoseconds until it has been there and back.</returns>
    public double Move(int stage, int row, long bytes, double now)
    {
        if (_held + bytes <= limits.GlobalBytes)
        {
            _shared[(stage, row)] = bytes;
            (SharedBytes, SharedPeak) = (SharedBytes + bytes, Math.Max(SharedPeak, _held += bytes));
            return Take(ref _sharedFree, bytes, limits.GlobalBytesPerNs, now);
        }

        OffChipBytes += bytes;
        return Take(ref _offChipFree, bytes, limits.OffChipBytesPerNs, now);
    }

    /// <summary>Loads what the network reads from the memory beside the chip.</summary>
    /// <param name="ns">Nanoseconds it takes.</param>
    /// <param name="now">The time.</param>
    /// <returns>When it starts to come in.</returns>
    public double Load(double ns, double now)
    {
        double start = Math.Max(now, _offChipFree);
        _offChipFree = start + ns;
        return start;
    }

    /// <summary>Frees what a row that is needed no more took.</summary>
    public void Free(int stage, int row)
    {
        if (_shared.Remove((stage, row), out long bytes)) _held -= bytes;
    }

    private static double Take(ref double free, long bytes, double rate, double now)
    {
        if (rate <= 0) return 0;
        free = Math.Max(free, now) + (ThereAndBack * bytes / rate);
        return free - now;
    }
}
