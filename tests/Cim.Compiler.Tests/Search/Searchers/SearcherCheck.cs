using Cim.Compiler.Evaluation;
using Cim.Compiler.Search.Searchers;
using Cim.Compiler.Search.Space;
using Xunit;

namespace Cim.Compiler.Tests.Search.Searchers;

/// <summary>What holds of every searcher.</summary>
internal static class SearcherCheck
{
    public static void StaysInTheSpaceTheBudgetAndItsEvaluationsAndRepeatsItself(Func<IPolicySearcher> create)
    {
        (PolicySpace space, LossTable losses) = SearchProblems.Random(3, layers: 12, bits: [2, 3, 4, 6, 8]);
        var problem = new SearchProblem(space, losses, MaxLoss: 2, long.MaxValue, Evaluations: 60, Seed: 5);
        SearchResult result = create().Search(problem, new NoisyEvaluator(losses), null, default);
        Assert.InRange(result.Trials.Length, 1, 60);
        Assert.All(result.Trials, t => Assert.True(space.Contains(t.Policy.AsSpan())));
        Assert.True(result.Policy is null || result.Loss <= 2);
        SearchResult again = create().Search(problem, new NoisyEvaluator(losses), null, default);
        Assert.Equal(result.Cost, again.Cost);
        Assert.Equal(result.Trials.Select(t => t.Cost), again.Trials.Select(t => t.Cost));
    }

    public static void LeavesTheBestSoFarWhenTheClockIsOver(IPolicySearcher searcher)
    {
        (PolicySpace space, LossTable losses) = SearchProblems.Random(2, layers: 12, bits: [2, 3, 4, 6, 8]);
        var problem = new SearchProblem(space, losses, MaxLoss: 50, long.MaxValue, Evaluations: 60, Seed: 5)
        {
            Clock = new SearchClock(TimeSpan.Zero),
        };
        SearchResult result = searcher.Search(problem, new NoisyEvaluator(losses), null, default);
        Assert.Single(result.Trials);
        Assert.True(result.RanOutOfTime);
        Assert.NotNull(result.Policy);
    }

    /// <summary>The cost a searcher comes to where the estimate is right, with a point of loss to spare.</summary>
    public static double CostWithARightEstimate(IPolicySearcher searcher, int seed)
    {
        (PolicySpace space, LossTable losses) = SearchProblems.Random(seed, layers: 12, bits: [2, 3, 4, 6, 8]);
        var problem = new SearchProblem(space, losses, losses.Total(PolicyMoves.Widest(space)) + 1, long.MaxValue, 60, (ulong)seed);
        return searcher.Search(problem, new NoisyEvaluator(losses, noise: 0), null, default).Cost;
    }
}
