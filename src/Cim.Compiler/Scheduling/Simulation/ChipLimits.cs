using System.Collections.Immutable;

namespace Cim.Compiler.Scheduling.Simulation;

/// <summary>What a chip holds a stage up with besides data and arrays.</summary>
/// <param name="BufferBytes">Bytes in which the rows of each stage wait for their consumers; 0 = no limit.</param>
/// <param name="Cores">The cores of each stage that layers share; a core works for one layer at a time. Empty = cores of its own.</param>
/// <param name="OffChipBytesPerNs">How fast rows that fit into no buffer move to the memory beside the chip and back; 0 = at once.</param>
internal sealed record ChipLimits(ImmutableArray<long> BufferBytes, ImmutableArray<ImmutableArray<int>> Cores, double OffChipBytesPerNs);
