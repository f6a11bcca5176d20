using Cim.Compiler.Search.Exact;
using Cim.Compiler.Search.Searchers;
using Cim.Compiler.Search.Space;
using Cim.Tests.Shared;
using CsCheck;
using Xunit;

namespace Cim.Compiler.Tests.Search.Searchers;

/// <summary>The exact front of the estimate, then the neighbours of the best policy.</summary>
public sealed class ExactSearcherTests
{
    [Fact]
    public void It_stays_in_the_space_the_budget_and_its_evaluations_and_repeats_itself() =>
        SearcherCheck.StaysInTheSpaceTheBudgetAndItsEvaluationsAndRepeatsItself(() => new ExactSearcher());

    [Fact]
    public void A_clock_that_is_over_leaves_the_best_so_far() => SearcherCheck.LeavesTheBestSoFarWhenTheClockIsOver(new ExactSearcher());

    [Theory, InlineData(0), InlineData(1), InlineData(2), InlineData(3), InlineData(4), InlineData(5)]
    public void With_a_right_estimate_it_is_never_worse_than_the_baselines(int seed)
    {
        double exact = SearcherCheck.CostWithARightEstimate(new ExactSearcher(), seed);
        foreach (IPolicySearcher other in (IPolicySearcher[])[new RandomSearcher(), new EvolutionarySearcher(), new UniformSearcher()])
        {
            double cost = SearcherCheck.CostWithARightEstimate(other, seed);
            Assert.True(!(cost < exact * (1 - 1e-9)), $"{other.Name}: {cost} < {exact}");
        }
    }

    [Fact]
    public void With_a_right_estimate_it_finds_the_proven_optimum() => Gen.Int[0, 1_000_000].Holds(6, seed =>
    {
        (PolicySpace space, LossTable losses) = SearchProblems.Random(seed, layers: 6, bits: [2, 4, 8]);
        var problem = new SearchProblem(space, losses, losses.Total(PolicyMoves.Widest(space)) + 1, long.MaxValue, 200, (ulong)seed);
        SearchResult result = new ExactSearcher().Search(problem, new NoisyEvaluator(losses, noise: 0), null, default);
        Optimum optimum = ExactOptimum.Solve(UnitChoices.Of(space, losses, c => c.LatencyNs), problem.MaxLoss)!;
        Assert.True(optimum.IsProven);
        Assert.Equal(optimum.Cost, result.Cost, 6);
    });
}
