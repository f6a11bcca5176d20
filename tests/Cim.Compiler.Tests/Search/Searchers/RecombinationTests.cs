using Cim.Compiler.Search.Searchers;
using Cim.Compiler.Search.Space;
using Xunit;

namespace Cim.Compiler.Tests.Search.Searchers;

public sealed class RecombinationTests
{
    [Fact]
    public void Policies_stay_in_the_space_and_most_choices_come_from_measured_ones()
    {
        (SearchProblem problem, TrialLog log) = Measured(budget: 1000);
        int[][] children = [.. new Recombination(problem).Of(log)];
        Assert.NotEmpty(children);
        Assert.All(children, child => Assert.True(problem.Space.Contains(child)));
        double known = children.Average(child => Enumerable.Range(0, child.Length)
            .Count(l => log.Trials.Any(t => t.Policy[l] == child[l])) / (double)child.Length);
        Assert.True(known > 0.7, $"{known}");
    }

    [Fact]
    public void One_policy_near_the_budget_makes_no_others() =>
        Assert.Empty(new Recombination(Measured(budget: 1e-9).Problem).Of(Measured(budget: 1e-9).Log));

    [Fact]
    public void The_same_seed_makes_the_same_policies()
    {
        (SearchProblem problem, TrialLog log) = Measured(budget: 1000);
        Assert.Equal(new Recombination(problem).Of(log), new Recombination(problem).Of(log));
    }

    private static (SearchProblem Problem, TrialLog Log) Measured(double budget)
    {
        (PolicySpace space, LossTable losses) = SearchProblems.Random(4, layers: 9, bits: [2, 4, 8]);
        var problem = new SearchProblem(space, losses, budget, long.MaxValue, Evaluations: 10, Seed: 3);
        var log = new TrialLog(problem, new NoisyEvaluator(losses), null, default);
        log.Loss(PolicyMoves.Widest(space));
        log.Loss(PolicyMoves.FourBitInside(space));
        log.Loss(PolicyMoves.Nearest(space, new LayerBits(2, 4, 0)));
        return (problem, log);
    }
}
