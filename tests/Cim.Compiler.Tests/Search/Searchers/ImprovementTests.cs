using Cim.Compiler.Search.Searchers;
using Cim.Compiler.Search.Space;
using Xunit;

namespace Cim.Compiler.Tests.Search.Searchers;

/// <summary>Steps from the best policy to the most promising cheaper one.</summary>
public sealed class ImprovementTests
{
    private static (SearchProblem Problem, TrialLog Log) Begun(double spare)
    {
        (PolicySpace space, LossTable losses) = SearchProblems.Random(2, layers: 6, bits: [2, 4, 8]);
        int[] widest = PolicyMoves.Widest(space);
        var problem = new SearchProblem(space, losses, losses.Total(widest) + spare, long.MaxValue, 1000, 1);
        var log = new TrialLog(problem, new NoisyEvaluator(losses, noise: 0), null, default);
        log.Loss(widest);
        return (problem, log);
    }

    [Fact]
    public void Steps_are_new_and_cheaper()
    {
        (SearchProblem problem, TrialLog log) = Begun(spare: 1);
        for (int i = 0; i < 20 && Improvement.Next(problem, log, [], default) is { } next; i++)
        {
            Assert.True(problem.Space.Contains(next));
            Assert.False(log.Knows(next));
            Assert.True(problem.Cost(next) < log.Best!.Cost);
            log.Loss(next);
        }

        Assert.True(log.Best!.Cost < log.Trials[0].Cost);
    }

    [Fact]
    public void A_policy_nowhere_wider_than_one_that_lost_too_much_is_hopeless()
    {
        (SearchProblem problem, TrialLog log) = Begun(spare: 1e-6);
        int[] tried = PolicyMoves.Nearest(problem.Space, new LayerBits(4, 4, 0));
        Assert.True(log.Loss(tried) > problem.MaxLoss);
        Assert.True(Improvement.IsHopeless(problem, log, PolicyMoves.Nearest(problem.Space, new LayerBits(2, 2, 0))));
        Assert.False(Improvement.IsHopeless(problem, log, PolicyMoves.Nearest(problem.Space, new LayerBits(4, 8, 0))));
    }

    [Fact]
    public void A_policy_that_missed_the_budget_by_chance_rules_nothing_out()
    {
        (SearchProblem problem, _) = Begun(spare: 1e-6);
        int[] tried = PolicyMoves.Nearest(problem.Space, new LayerBits(4, 4, 0));
        var log = new TrialLog(problem, new NoisyEvaluator(problem.Proxy, noise: 1), null, default); // No loss is beyond doubt.
        log.Loss(tried);
        Assert.False(Improvement.IsHopeless(problem, log, PolicyMoves.Nearest(problem.Space, new LayerBits(2, 2, 0))));
    }

    [Fact]
    public void Without_a_measured_policy_there_is_nothing_to_set_out_from()
    {
        (SearchProblem problem, TrialLog log) = Begun(spare: 1);
        var empty = new TrialLog(problem, new NoisyEvaluator(problem.Proxy), null, default);
        Assert.Null(Improvement.Next(problem, empty, [], default));
        Assert.NotNull(Improvement.Next(problem, log, [], default));
    }
}
