using Cim.Compiler.Search.Searchers;
using Xunit;

namespace Cim.Compiler.Tests.Search.Searchers;

/// <summary>Policies bred from the better ones.</summary>
public sealed class EvolutionarySearcherTests
{
    [Fact]
    public void It_stays_in_the_space_the_budget_and_its_evaluations_and_repeats_itself() =>
        SearcherCheck.StaysInTheSpaceTheBudgetAndItsEvaluationsAndRepeatsItself(() => new EvolutionarySearcher());

    [Fact]
    public void A_clock_that_is_over_leaves_the_best_so_far() =>
        SearcherCheck.LeavesTheBestSoFarWhenTheClockIsOver(new EvolutionarySearcher());

    [Fact]
    public void Over_many_problems_it_finds_cheaper_policies_than_drawing_at_random()
    {
        double evolved = Enumerable.Range(0, 10).Sum(s => Math.Log(SearcherCheck.CostWithARightEstimate(new EvolutionarySearcher(), s)));
        double drawn = Enumerable.Range(0, 10).Sum(s => Math.Log(SearcherCheck.CostWithARightEstimate(new RandomSearcher(), s)));
        Assert.True(evolved < drawn, $"{evolved} against {drawn}");
    }
}
