using System.Collections.Immutable;
using Cim.Compiler.Scheduling.Placement;
using Cim.Runtime.Hardware;
using Cim.Tests.Shared;
using CsCheck;
using Xunit;

namespace Cim.Compiler.Tests.Scheduling.Placement;

public sealed class TrafficPlacementTests
{
    private static readonly Gen<(int[] Sizes, int[] Bits)> _few = Gen.Select(Gen.Int[1, 2].Array[2, 4], Gen.Int[0, 9].Array[16]);

    [Fact]
    public void Few_cores_have_the_best_of_all_orders() => _few.Holds(25, (sizes, bits) =>
    {
        (ImmutableArray<CoreRange> cores, ImmutableArray<LayerTraffic> traffic) = Chip(sizes, bits);
        int count = sizes.Sum();
        if (count > 6) return;
        var grid = new CoreGrid(NetworkTopology.Mesh, count);
        double best = Orders(count).Min(order => TrafficPlacement.HopBits(cores, traffic, grid, order));
        Assert.Equal(best, TrafficPlacement.HopBits(cores, traffic, grid, TrafficPlacement.Of(cores, traffic, grid)), 6);
    });

    [Theory]
    [InlineData(30)]
    [InlineData(120)]
    public void Many_cores_are_placed_no_worse_than_in_order_and_each_has_a_place_of_its_own(int layers)
    {
        var random = new Random(layers);
        int[] sizes = [.. Enumerable.Range(0, layers).Select(_ => random.Next(1, 4))];
        var cores = Ranges(sizes);
        ImmutableArray<LayerTraffic> traffic = [.. Enumerable.Range(0, 3 * layers)
            .Select(_ => new LayerTraffic(random.Next(layers), random.Next(layers), random.Next(1, 1000)))];
        var grid = new CoreGrid(NetworkTopology.Mesh, sizes.Sum());
        int[] slots = TrafficPlacement.Of(cores, traffic, grid);
        Assert.Equal(Enumerable.Range(0, sizes.Sum()), slots.Order());
        double before = TrafficPlacement.HopBits(cores, traffic, grid, [.. Enumerable.Range(0, sizes.Sum())]);
        Assert.True(TrafficPlacement.HopBits(cores, traffic, grid, slots) < 0.9 * before);
    }

    [Fact]
    public void A_tree_counts_hops_up_to_the_common_node_and_down()
    {
        var tree = new CoreGrid(NetworkTopology.HTree, 8);
        Assert.Equal((0, 2, 4, 6), (tree.Hops(3, 3), tree.Hops(2, 3), tree.Hops(1, 2), tree.Hops(0, 7)));
    }

    [Fact]
    public void Consecutive_cores_of_a_mesh_are_neighbours() => Gen.Int[2, 200].Holds(30, count =>
    {
        var mesh = new CoreGrid(NetworkTopology.Mesh, count);
        Assert.All(Enumerable.Range(0, count - 1), c => Assert.Equal(1, mesh.Hops(c, c + 1)));
    });

    private static (ImmutableArray<CoreRange>, ImmutableArray<LayerTraffic>) Chip(int[] sizes, int[] bits)
    {
        var traffic = ImmutableArray.CreateBuilder<LayerTraffic>();
        for (int a = 0; a < sizes.Length; a++)
            for (int b = 0; b < sizes.Length; b++) traffic.Add(new LayerTraffic(a, b, bits[(a * 4) + b]));
        return (Ranges(sizes), traffic.ToImmutable());
    }

    private static ImmutableArray<CoreRange> Ranges(int[] sizes) =>
        [.. sizes.Select((size, i) => new CoreRange(sizes.Take(i).Sum(), size))];

    private static IEnumerable<int[]> Orders(int count) => count == 0 ? [[]] : Orders(count - 1)
        .SelectMany(order => Enumerable.Range(0, count).Select(at => (int[])[.. order[..at], count - 1, .. order[at..]]));
}
