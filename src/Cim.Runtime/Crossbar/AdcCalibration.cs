using System.Collections.Immutable;

namespace Cim.Runtime.Crossbar;

/// <summary>
/// Measured ranges of the analog sums in units of integer products (one unit = one cell level times one input level),
/// one [low, high] per weight slice (or a single one for all).
/// </summary>
internal sealed record AdcCalibration(ImmutableArray<float> Low, ImmutableArray<float> High);
