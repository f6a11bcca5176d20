namespace Cim.Compiler.Scheduling.Simulation;

/// <summary>What a simulation with limits finds.</summary>
/// <param name="Times">When rows are made.</param>
/// <param name="PeakBytes">By stage: the most bytes of its rows that waited in its buffer.</param>
/// <param name="SpilledBytes">Bytes of rows that had to wait beside the chip.</param>
internal sealed record LimitedTimes(RowTimes Times, long[] PeakBytes, long SpilledBytes)
{
    /// <summary>Bytes of rows that had to wait in the buffer that all cores share.</summary>
    public long SharedBytes { get; init; }

    /// <summary>The most bytes that waited there.</summary>
    public long SharedPeak { get; init; }
}
