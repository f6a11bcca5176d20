using Cim.Runtime.Execution;

namespace Cim.Runtime.Tests.Execution;

public sealed class MemoryPlannerTests
{
    [Fact]
    public void Buffers_that_live_at_the_same_time_never_overlap_and_are_aligned()
    {
        var random = new Random(1);
        for (int round = 0; round < 200; round++)
        {
            var planner = new MemoryPlanner();
            var lives = new List<(int First, int Last, int Bytes)>();
            for (int i = 0; i < 30; i++)
            {
                int first = random.Next(0, 20), last = first + random.Next(0, 6), bytes = random.Next(0, 5000);
                planner.Use(planner.Add(bytes, first), last);
                lives.Add((first, last, bytes));
            }

            planner.Place();
            for (int a = 0; a < lives.Count; a++)
            {
                Assert.Equal(0, planner.Offset(a) % 64);
                Assert.True(planner.Offset(a) + lives[a].Bytes <= planner.ArenaBytes);
                for (int b = 0; b < a; b++)
                {
                    bool together = lives[a].First <= lives[b].Last && lives[b].First <= lives[a].Last;
                    bool apart = planner.Offset(a) + lives[a].Bytes <= planner.Offset(b)
                        || planner.Offset(b) + lives[b].Bytes <= planner.Offset(a);
                    Assert.True(!together || apart || lives[a].Bytes == 0 || lives[b].Bytes == 0);
                }
            }
        }
    }

    [Fact]
    public void A_chain_needs_no_more_than_its_two_largest_neighbours()
    {
        var planner = new MemoryPlanner();
        for (int i = 0; i < 10; i++) planner.Use(planner.Add(64 * 100, i), i + 1);
        planner.Place();
        Assert.Equal(2 * 64 * 100, planner.ArenaBytes);
    }
}
