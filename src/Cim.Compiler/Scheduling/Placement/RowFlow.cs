using System.Collections.Immutable;

namespace Cim.Compiler.Scheduling.Placement;

/// <summary>How long a link carries its share of a row.</summary>
/// <param name="Link">The link.</param>
/// <param name="Ns">Nanoseconds.</param>
internal readonly record struct LinkLoad(int Link, double Ns);

/// <summary>The way of a row from the cores that make it to those that read it.</summary>
/// <param name="Reader">The layer on whose cores it is read; that of the row itself for partial sums.</param>
/// <param name="LatencyNs">Routers and links between chips on the way.</param>
/// <param name="Links">What the row does to each link.</param>
internal sealed record RowFlow(int Reader, double LatencyNs, ImmutableArray<LinkLoad> Links)
{
    /// <summary>Nanoseconds where nothing else moves.</summary>
    public double AloneNs { get; } = LatencyNs + Links.Select(l => l.Ns).DefaultIfEmpty(0).Max();
}
