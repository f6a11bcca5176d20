using System.Collections.Immutable;
using Cim.Compiler.Scheduling.Partition;
using Cim.Tests.Shared;
using CsCheck;
using Xunit;

namespace Cim.Compiler.Tests.Scheduling.Partition;

public sealed class NetworkPartitionTests
{
    private const int Chip = 10;

    private static readonly Gen<(PartitionedLayer[] Layers, bool HasCopies)> _networks = Gen.Select(
        Gen.Select(Gen.Int[1, 12], Gen.Int[1, 50], Gen.Int[0, 30]).Select((a, ns, input) => new PartitionedLayer(a, ns, input)).Array[1, 8],
        Gen.Bool);

    [Fact]
    public void Parts_cost_the_least_of_all_ways_to_cut() => _networks.Holds(100, (layers, hasCopies) =>
    {
        var partition = new NetworkPartition(Chip, arrays => 3 * arrays, hasCopies);
        double Total(IEnumerable<NetworkPart> parts) => parts.Sum(p => partition.CostNs(layers, p.First, p.First + p.Count));
        Assert.Equal(Cuts(layers, 0).Min(Total), Total(partition.Of(layers)), 9);
    });

    [Fact]
    public void Parts_have_every_layer_once_and_fit_unless_a_layer_does_not() => _networks.Holds(100, (layers, hasCopies) =>
    {
        ImmutableArray<NetworkPart> parts = new NetworkPartition(Chip, arrays => 3 * arrays, hasCopies).Of(layers);
        int next = 0;
        foreach (NetworkPart part in parts)
        {
            Assert.Equal(next, part.First);
            next += part.Count;
            Assert.True(part.Count == 1 || layers.Skip(part.First).Take(part.Count).Sum(l => l.Arrays) <= Chip);
        }

        Assert.Equal(layers.Length, next);
    });

    private static IEnumerable<NetworkPart[]> Cuts(PartitionedLayer[] layers, int from)
    {
        if (from == layers.Length) return [[]];
        return Enumerable.Range(1, layers.Length - from)
            .Where(count => count == 1 || layers.Skip(from).Take(count).Sum(l => l.Arrays) <= Chip)
            .SelectMany(count => Cuts(layers, from + count).Select(rest => (NetworkPart[])[new NetworkPart(from, count), .. rest]));
    }
}
