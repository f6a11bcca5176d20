using System.Collections.Immutable;

namespace Cim.Compiler.Ir;

/// <summary>Mean and deviation of each channel of a value, as a normalisation was trained to give them.</summary>
/// <param name="Mean">By channel.</param>
/// <param name="Deviation">By channel, not negative.</param>
internal sealed record ChannelMoments(ImmutableArray<double> Mean, ImmutableArray<double> Deviation);
