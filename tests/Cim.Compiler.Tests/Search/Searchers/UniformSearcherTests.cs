using Cim.Compiler.Search.Searchers;
using Cim.Compiler.Search.Space;
using Cim.Tests.Shared;
using CsCheck;
using Xunit;

namespace Cim.Compiler.Tests.Search.Searchers;

/// <summary>The same bits everywhere, cheapest first.</summary>
public sealed class UniformSearcherTests
{
    [Fact]
    public void It_stays_in_the_space_the_budget_and_its_evaluations_and_repeats_itself() =>
        SearcherCheck.StaysInTheSpaceTheBudgetAndItsEvaluationsAndRepeatsItself(() => new UniformSearcher());

    [Fact]
    public void A_clock_that_is_over_leaves_the_best_so_far() => SearcherCheck.LeavesTheBestSoFarWhenTheClockIsOver(new UniformSearcher());

    [Fact]
    public void The_cheapest_uniform_policy_within_the_budget_is_found_and_nothing_dearer_measured() =>
        Gen.Int[0, 1_000_000].Holds(8, seed =>
    {
        (PolicySpace space, LossTable losses) = SearchProblems.Random(seed, layers: 12, bits: [2, 3, 4, 6, 8]);
        var problem = new SearchProblem(space, losses, losses.Total(PolicyMoves.Widest(space)) + 1, long.MaxValue, 1000, 1);
        SearchResult result = new UniformSearcher().Search(problem, new NoisyEvaluator(losses, noise: 0), null, default);
        int[][] uniform = [.. space.Costs.Choices.Select(c => PolicyMoves.Nearest(space, c))];
        Assert.Equal(uniform.Where(p => losses.Total(p) <= problem.MaxLoss).Min(p => problem.Cost(p)), result.Cost);
        Assert.All(result.Trials, t => Assert.True(t.Cost <= result.Cost));
    });
}
