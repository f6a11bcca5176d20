using System.Collections.Immutable;
using Cim.Compiler.Search.Searchers;
using Cim.Compiler.Search.Space;
using Xunit;

namespace Cim.Compiler.Tests.Search.Searchers;

/// <summary>Steps from the best policy to a cheaper one.</summary>
public sealed class DescentTests
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
    public void Steps_are_new_cheaper_and_change_one_group_or_two()
    {
        (SearchProblem problem, TrialLog log) = Begun(spare: 1);
        for (int i = 0; i < 20 && Descent.Next(problem, log) is { } next; i++)
        {
            ImmutableArray<int> best = log.Best!.Policy;
            Assert.True(problem.Space.Contains(next));
            Assert.False(log.Knows(next));
            Assert.True(problem.Cost(next) < log.Best.Cost);
            Assert.InRange(problem.Space.ActivationGroups.Count(g => g.Any(l => next[l] != best[l])), 1, 2);
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
        Assert.True(Descent.IsHopeless(problem, log, PolicyMoves.Nearest(problem.Space, new LayerBits(2, 2, 0))));
        Assert.False(Descent.IsHopeless(problem, log, PolicyMoves.Nearest(problem.Space, new LayerBits(4, 8, 0))));
    }

    [Fact]
    public void Without_a_policy_within_the_budget_there_is_nothing_to_set_out_from()
    {
        (SearchProblem problem, TrialLog log) = Begun(spare: -1000);
        Assert.Null(Descent.Next(problem, log));
    }
}
