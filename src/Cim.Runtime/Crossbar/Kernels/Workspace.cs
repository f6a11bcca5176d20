namespace Cim.Runtime.Crossbar.Kernels;

/// <summary>Cuts a workspace into 64-byte aligned parts; the same calls with no memory behind them measure it.</summary>
internal unsafe ref struct Workspace(byte* start)
{
    private const int Alignment = 64;

    /// <summary>Bytes taken so far.</summary>
    public int Used { get; private set; }

    /// <summary>The next part.</summary>
    /// <exception cref="OverflowException">The layer needs more than 2 GB.</exception>
    public byte* Take(long bytes)
    {
        byte* part = start + Used;
        Used = checked((int)((Used + bytes + Alignment - 1) / Alignment * Alignment));
        return part;
    }

    public int* TakeInts(long count) => (int*)Take(count * sizeof(int));

    public float* TakeFloats(long count) => (float*)Take(count * sizeof(float));
}
