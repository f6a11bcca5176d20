using Cim.Compiler.Search.Space;
using Xunit;

namespace Cim.Compiler.Tests.Search.Space;

/// <summary>Evaluations are spent once a policy, and the best within the budget is kept.</summary>
public sealed class TrialLogTests
{
    private static (SearchProblem Problem, LossTable Losses) Problem(int evaluations, double maxLoss = 1000)
    {
        (PolicySpace space, LossTable losses) = SearchProblems.Random(1, layers: 3, bits: [4, 8]);
        return (new SearchProblem(space, losses, maxLoss, long.MaxValue, evaluations, 1), losses);
    }

    [Fact]
    public void A_policy_that_was_measured_costs_no_evaluation_again()
    {
        (SearchProblem problem, LossTable losses) = Problem(evaluations: 2);
        var log = new TrialLog(problem, new NoisyEvaluator(losses, 0), null, default);
        int[] widest = PolicyMoves.Widest(problem.Space);
        Assert.False(log.Knows(widest));
        Assert.Equal(losses.Total(widest), log.Loss(widest));
        Assert.Equal(losses.Total(widest), log.Loss(widest));
        Assert.True(log.Knows(widest));
        Assert.Equal((1, 1), (log.Trials.Count, log.Left));
    }

    [Fact]
    public void When_the_evaluations_are_spent_an_unknown_loss_is_no_number()
    {
        (SearchProblem problem, LossTable losses) = Problem(evaluations: 1);
        var log = new TrialLog(problem, new NoisyEvaluator(losses, 0), null, default);
        int[][] all = [.. SearchProblems.AllPolicies(problem.Space)];
        log.Loss(all[0]);
        Assert.True(double.IsNaN(log.Loss(all[1])));
        Assert.Single(log.Result().Trials);
    }

    [Fact]
    public void The_best_is_the_cheapest_within_the_budget_and_progress_counts_the_front()
    {
        (SearchProblem problem, LossTable losses) = Problem(evaluations: int.MaxValue);
        int[][] all = [.. SearchProblems.AllPolicies(problem.Space)];
        problem = problem with { MaxLoss = all.Average(p => losses.Total(p)) };
        var lines = new List<SearchProgress>();
        var log = new TrialLog(problem, new NoisyEvaluator(losses, 0), new Each<SearchProgress>(lines.Add), default);
        foreach (int[] policy in all) log.Loss(policy);
        Assert.Equal(all.Where(p => losses.Total(p) <= problem.MaxLoss).Min(p => problem.Cost(p)), log.Best!.Cost);
        Assert.Equal(all.Length, lines.Count);
        int front = 0;
        double least = double.PositiveInfinity;
        foreach (int[] p in all.OrderBy(p => problem.Cost(p)).ThenBy(p => losses.Total(p)))
            if (losses.Total(p) < least) (front, least) = (front + 1, losses.Total(p));
        Assert.Equal(front, lines[^1].FrontPoints);
    }

    private sealed class Each<T>(Action<T> action) : IProgress<T>
    {
        public void Report(T value) => action(value);
    }
}
