using Cim.Runtime.Crossbar.Remapping;

namespace Cim.Runtime.Tests.Crossbar.Remapping;

/// <summary>Slots exchanged as long as that lowers the cost.</summary>
public sealed class SwapSearchTests
{
    [Fact]
    public void Swapping_never_raises_the_cost_and_reaches_the_optimum_of_small_cases()
    {
        var random = new Random(4);
        for (int i = 0; i < 200; i++)
        {
            double[,] cost = new double[2, 2];
            for (int k = 0; k < 4; k++) cost[k / 2, k % 2] = random.Next(0, 5);
            int[] slots = [0, 1];
            SwapSearch.Improve(slots, (item, slot) => cost[item, slot]);
            Assert.Equal(Math.Min(cost[0, 0] + cost[1, 1], cost[0, 1] + cost[1, 0]), cost[0, slots[0]] + cost[1, slots[1]]);
        }
    }
}
