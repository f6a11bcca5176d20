using Cim.Compiler.Search.Space;
using Xunit;

namespace Cim.Compiler.Tests.Search.Space;

/// <summary>Costs that add up, and the number to minimise.</summary>
public sealed class CostVectorTests
{
    [Fact]
    public void Costs_add_up_and_every_objective_is_one_number_of_them()
    {
        CostVector sum = new CostVector(1, 10, 3, 100) { Balance = 2 } + new CostVector(2, 20, 4, 200) { Balance = 5 };
        Assert.Equal(new CostVector(3, 30, 7, 300) { Balance = 7 }, sum);
        Assert.Equal([3, 30, 7, 90, 7], new[] { Objective.Latency, Objective.Energy, Objective.Arrays, Objective.EnergyDelay,
            Objective.CopiedLatency }.Select(sum.Of));
    }

    [Fact]
    public void The_squared_balance_over_the_arrays_is_the_least_latency_with_copies()
    {
        // Two layers, latencies 9 and 1 on one array each, ten arrays: of all shares the best is sqrt(9) : sqrt(1).
        CostVector sum = new CostVector(9, 0, 1, 0) { Balance = 3 } + new CostVector(1, 0, 1, 0) { Balance = 1 };
        double least = Enumerable.Range(1, 999).Min(i => (9 / (i / 100.0)) + (1 / (10 - (i / 100.0))));
        Assert.Equal(least, sum.Of(Objective.CopiedLatency) * sum.Of(Objective.CopiedLatency) / 10, 6);
    }
}
