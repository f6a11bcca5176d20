using static System.FormattableString;

namespace Cim.Bench.Zoo;

/// <summary>What one process measures at a time: all searchers on a network, which share its sensitivities.</summary>
/// <param name="Network">The network.</param>
/// <param name="Profile">The hardware profile.</param>
/// <param name="Seed">The seed.</param>
internal sealed record ZooUnit(string Network, string Profile, ulong Seed)
{
    /// <inheritdoc/>
    public override string ToString() => Invariant($"{Network} on {Profile}, seed {Seed}");
}
