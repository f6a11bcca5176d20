using Cim.Compiler.Scheduling.Placement;
using Cim.Runtime.Hardware;
using Xunit;

namespace Cim.Compiler.Tests.Scheduling.Placement;

public sealed class CoreGridTests
{
    [Theory]
    [InlineData("Mesh", 9, 1), InlineData("Mesh", 6, 3), InlineData("HTree", 8, 1), InlineData("HTree", 6, 2), InlineData("Ideal", 5, 2)]
    public void A_route_passes_as_many_links_as_there_are_hops_each_link_once(string topology, int cores, int chips)
    {
        var grid = new CoreGrid(Enum.Parse<NetworkTopology>(topology), cores, chips);
        for (int a = 0; a < grid.Cores; a++)
            for (int b = 0; b < grid.Cores; b++)
            {
                int[] route = [.. grid.Route(a, b)];
                Assert.Equal(grid.Hops(a, b) + grid.ChipHops(a, b), route.Length);
                Assert.Equal(route.Length, route.Distinct().Count());
                Assert.All(route, link => Assert.InRange(link, 0, grid.Links - 1));
                Assert.Equal(grid.ChipHops(a, b), route.Count(link => link >= grid.FirstChipLink));
                // Another direction is another link.
                Assert.Empty(route.Intersect(grid.Route(b, a)));
            }
    }
}
