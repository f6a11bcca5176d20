using System.Collections.Immutable;
using Cim.Compiler.Scheduling.Placement;

namespace Cim.Compiler.Scheduling.Simulation;

/// <summary>What a chip holds a stage up with besides data and arrays.</summary>
/// <param name="BufferBytes">Bytes in which the rows of each stage wait for their consumers; 0 = no limit.</param>
/// <param name="Cores">The cores of each stage that layers share; a core works for one layer at a time. Empty = cores of its own.</param>
/// <param name="OffChipBytesPerNs">How fast rows that fit into no buffer move to the memory beside the chip and back; 0 = at once.</param>
internal sealed record ChipLimits(ImmutableArray<long> BufferBytes, ImmutableArray<ImmutableArray<int>> Cores, double OffChipBytesPerNs)
{
    /// <summary>The digital units of each stage: stages with the same number take turns; -1 or empty = units of its own.</summary>
    public ImmutableArray<int> Units { get; init; } = [];

    /// <summary>What moves between cores: a link carries one row after the other. Null = every row takes the time it takes
    /// alone.</summary>
    public ChipFlows? Flows { get; init; }

    /// <summary>Bytes of the buffer that all cores share, into which rows go that do not fit into their own; 0 = there is none.</summary>
    public long GlobalBytes { get; init; }

    /// <summary>How fast rows move there and back; 0 = at once.</summary>
    public double GlobalBytesPerNs { get; init; }

    /// <summary>The unit of a stage; -1 = its own.</summary>
    public int UnitOf(int stage) => Units.IsDefaultOrEmpty ? -1 : Units[stage];
}
