using Cim.Compiler.Search.Searchers;
using Cim.Compiler.Search.Space;
using Xunit;

namespace Cim.Compiler.Tests.Search.Searchers;

/// <summary>The policies that anybody can set by hand.</summary>
public sealed class UniformRowsTests
{
    [Theory, InlineData(0), InlineData(1), InlineData(2)]
    public void The_widest_comes_first_and_the_narrowest_of_each_row_within_the_budget_is_found(int seed)
    {
        (PolicySpace space, LossTable losses) = SearchProblems.Random(seed, layers: 12, bits: [2, 3, 4, 6, 8]);
        var problem = new SearchProblem(space, losses, losses.Total(PolicyMoves.Widest(space)) + 1, long.MaxValue, 60, 1);
        var log = new TrialLog(problem, new NoisyEvaluator(losses, noise: 0), null, default);
        UniformRows.Measure(problem, log);
        Assert.Equal(PolicyMoves.Widest(space), log.Trials[0].Policy);
        double best = new[] { 8, 4 }.SelectMany(w => new[] { 2, 3, 4, 6, 8 }.Select(a => new LayerBits(w, a, 0)))
            .Select(bits => PolicyMoves.Nearest(space, bits)).SelectMany(p => new[] { p, PolicyMoves.WithWideEnds(space, p) })
            .Where(p => losses.Total(p) <= problem.MaxLoss).Min(p => problem.Cost(p));
        Assert.Equal(best, log.Best!.Cost);
        Assert.InRange(log.Trials.Count, 2, 14);
    }
}
