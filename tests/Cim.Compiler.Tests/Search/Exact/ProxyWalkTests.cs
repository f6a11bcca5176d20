using Cim.Compiler.Search.Exact;
using Cim.Compiler.Search.Space;
using Xunit;

namespace Cim.Compiler.Tests.Search.Exact;

/// <summary>Bisection along the exact front.</summary>
public sealed class ProxyWalkTests
{
    [Theory, InlineData(0), InlineData(1), InlineData(2), InlineData(3)]
    public void With_a_right_estimate_it_finds_the_cheapest_front_point_within_the_budget(int seed)
    {
        (PolicySpace space, LossTable losses) = SearchProblems.Random(seed, layers: 8, bits: [2, 3, 4, 6, 8]);
        var problem = new SearchProblem(space, losses, losses.Total(PolicyMoves.Widest(space)) + 1, long.MaxValue, 60, 1);
        var log = new TrialLog(problem, new NoisyEvaluator(losses, noise: 0), null, default);
        ProxyWalk.Bisect(problem, log, default);
        ParetoFront front = ParetoFront.Of(UnitChoices.Of(space, losses, ProxyWalk.CostOf(problem)));
        Assert.Equal(front.Points.Where(p => p.Loss <= problem.MaxLoss).Min(p => p.Cost), log.Best!.Cost, 6);
        Assert.Equal(log.Best, log.Start);
        Assert.InRange(log.Trials.Count, 1, (int)Math.Ceiling(Math.Log2(front.Points.Length + 1)));
    }

    [Fact]
    public void Reserved_evaluations_are_left()
    {
        (PolicySpace space, LossTable losses) = SearchProblems.Random(1, layers: 12, bits: [2, 3, 4, 6, 8]);
        var problem = new SearchProblem(space, losses, losses.Total(PolicyMoves.Widest(space)) + 1, long.MaxValue, 6, 1);
        var log = new TrialLog(problem, new NoisyEvaluator(losses, noise: 0), null, default);
        log.Reserved = 2;
        ProxyWalk.Bisect(problem, log, default);
        log.Reserved = 0;
        Assert.Equal((4, 2), (log.Trials.Count, log.Left));
    }

    [Fact]
    public void Energy_times_delay_is_the_sum_of_both_as_shares_of_the_widest_policy()
    {
        (PolicySpace space, LossTable losses) = SearchProblems.Random(
            1, layers: 4, bits: [4, 8], "isaac", objective: Objective.EnergyDelay);
        Func<CostVector, double> cost = ProxyWalk.CostOf(new SearchProblem(space, losses, 1, long.MaxValue, 1, 1));
        CostVector widest = space.Costs.Total(PolicyMoves.Widest(space));
        Assert.Equal(2, cost(widest), 12);
        Assert.Equal(1.25, cost(new CostVector(widest.LatencyNs / 4, widest.EnergyPj, 1, 1)), 12);
    }
}
