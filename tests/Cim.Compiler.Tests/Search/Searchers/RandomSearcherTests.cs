using Cim.Compiler.Search.Searchers;
using Cim.Compiler.Search.Space;
using Xunit;

namespace Cim.Compiler.Tests.Search.Searchers;

/// <summary>Policies drawn at random.</summary>
public sealed class RandomSearcherTests
{
    [Fact]
    public void It_stays_in_the_space_the_budget_and_its_evaluations_and_repeats_itself() =>
        SearcherCheck.StaysInTheSpaceTheBudgetAndItsEvaluationsAndRepeatsItself(() => new RandomSearcher());

    [Fact]
    public void A_clock_that_is_over_leaves_the_best_so_far() => SearcherCheck.LeavesTheBestSoFarWhenTheClockIsOver(new RandomSearcher());

    [Fact]
    public void Only_policies_that_would_be_an_improvement_are_measured()
    {
        (PolicySpace space, LossTable losses) = SearchProblems.Random(3, layers: 12, bits: [2, 3, 4, 6, 8]);
        var problem = new SearchProblem(space, losses, MaxLoss: 2, long.MaxValue, Evaluations: 60, Seed: 5);
        var log = new TrialLog(problem, new NoisyEvaluator(losses), null, default);
        new RandomSearcher().Explore(problem, log, default);
        double best = double.PositiveInfinity;
        foreach (Trial trial in log.Trials)
        {
            Assert.True(trial.Cost < best);
            if (trial.Loss <= problem.MaxLoss) best = trial.Cost;
        }
    }
}
