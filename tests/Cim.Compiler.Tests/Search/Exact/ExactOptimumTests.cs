using Cim.Compiler.Search.Exact;
using Cim.Compiler.Search.Space;
using Cim.Runtime;
using Cim.Tests.Shared;
using CsCheck;
using Xunit;

namespace Cim.Compiler.Tests.Search.Exact;

/// <summary>The cheapest policy within a budget, against the list of all policies.</summary>
public sealed class ExactOptimumTests
{
    [Fact]
    public void The_exact_optimum_is_the_best_of_all_policies_and_says_so() => Gen.Int[0, 1_000_000].Holds(40, seed =>
    {
        (PolicySpace space, LossTable losses) = SearchProblems.Random(seed, layers: 4, bits: [3, 5, 8]);
        UnitChoices unitChoices = UnitChoices.Of(space, losses, c => c.LatencyNs);
        (double Cost, double Loss)[] all = [
            .. SearchProblems.AllPolicies(space).Select(p => (space.Costs.Total(p).LatencyNs, losses.Total(p)))];
        foreach (double share in new[] { 0.0, 0.2, 0.5, 0.9 })
        {
            double budget = all.Min(a => a.Loss) + (share * (all.Max(a => a.Loss) - all.Min(a => a.Loss))) + 1e-9;
            Optimum optimum = ExactOptimum.Solve(unitChoices, budget)!;
            double best = all.Where(a => a.Loss <= budget).Min(a => a.Cost);
            Assert.Equal(best, optimum.Cost, 6);
            Assert.True(optimum.IsProven);
            Assert.Equal(optimum.Cost, space.Costs.Total(optimum.Policy.AsSpan()).LatencyNs, 6);
            Assert.True(losses.Total(optimum.Policy.AsSpan()) <= budget);
            Assert.True(space.Contains(optimum.Policy.AsSpan()));
        }

        Assert.Null(ExactOptimum.Solve(unitChoices, all.Min(a => a.Loss) * 0.99));
    });
}
