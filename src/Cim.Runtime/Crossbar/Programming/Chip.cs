using Cim.Runtime.Hardware;

namespace Cim.Runtime.Crossbar.Programming;

/// <summary>One chip of some hardware: which of all possible errors its cells and converters have.</summary>
/// <param name="Profile">The hardware.</param>
/// <param name="Seed">The chip.</param>
internal readonly record struct Chip(HardwareProfile Profile, ulong Seed);
