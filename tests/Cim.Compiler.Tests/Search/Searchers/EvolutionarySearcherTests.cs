using Cim.Compiler.Search.Searchers;
using Cim.Compiler.Search.Space;
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
        double evolved = Enumerable.Range(0, 10).Sum(s => Math.Log(Alone(new EvolutionarySearcher(), s)));
        double drawn = Enumerable.Range(0, 10).Sum(s => Math.Log(Alone(new RandomSearcher(), s)));
        Assert.True(evolved < drawn, $"{evolved} against {drawn}");

        // Without the improvement that follows on every search.
        static double Alone(IPolicySearcher searcher, int seed)
        {
            (PolicySpace space, LossTable losses) = SearchProblems.Random(seed, layers: 12, bits: [2, 3, 4, 6, 8]);
            int[] widest = PolicyMoves.Widest(space);
            var problem = new SearchProblem(space, losses, losses.Total(widest) + 1, long.MaxValue, 60, (ulong)seed);
            var log = new TrialLog(problem, new NoisyEvaluator(losses, noise: 0), null, default);
            log.Loss(widest);
            searcher.Explore(problem, log, default);
            return log.Best!.Cost;
        }
    }
}
