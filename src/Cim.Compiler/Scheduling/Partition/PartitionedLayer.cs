namespace Cim.Compiler.Scheduling.Partition;

/// <summary>A layer as a partition of a network sees it.</summary>
/// <param name="Arrays">Arrays of one copy.</param>
/// <param name="BusyNs">Nanoseconds its products take on one copy, all images.</param>
/// <param name="InputNs">Nanoseconds to load what the layers before it have left beside the chip, if a part starts with it.</param>
internal readonly record struct PartitionedLayer(long Arrays, double BusyNs, double InputNs);

/// <summary>Consecutive layers that lie on the chip at once.</summary>
/// <param name="First">The first one.</param>
/// <param name="Count">How many.</param>
internal readonly record struct NetworkPart(int First, int Count);
