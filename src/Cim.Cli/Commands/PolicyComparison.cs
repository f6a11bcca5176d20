using System.Collections.Immutable;
using Cim.Runtime;

namespace Cim.Cli.Commands;

/// <summary>What the policies of a file cost.</summary>
/// <param name="Eight">8 bits everywhere.</param>
/// <param name="Policies">Those that have as many layers as the network.</param>
/// <param name="Skipped">The names of the others.</param>
internal sealed record PolicyComparison(Cost Eight, ImmutableArray<(string Name, Cost Cost)> Policies, ImmutableArray<string> Skipped)
{
    /// <summary>How much faster than 8 bits everywhere.</summary>
    public double SpeedUp(Cost cost) => Eight.LatencyNs / cost.LatencyNs;
}
