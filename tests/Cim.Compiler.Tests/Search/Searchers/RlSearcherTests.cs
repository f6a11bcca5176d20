using Cim.Compiler.Search.Exact;
using Cim.Compiler.Search.Searchers;
using Cim.Compiler.Search.Space;
using Xunit;

namespace Cim.Compiler.Tests.Search.Searchers;

/// <summary>An agent that sets out from the optimum of the estimate and learns from what it measures.</summary>
public sealed class RlSearcherTests
{
    [Fact]
    public void It_stays_in_the_space_the_budget_and_its_evaluations_and_repeats_itself() =>
        SearcherCheck.StaysInTheSpaceTheBudgetAndItsEvaluationsAndRepeatsItself(() => new RlSearcher());

    [Fact]
    public void A_clock_that_is_over_leaves_the_best_so_far() => SearcherCheck.LeavesTheBestSoFarWhenTheClockIsOver(new RlSearcher());

    [Theory, InlineData(0), InlineData(1), InlineData(2)]
    public void It_is_never_worse_than_the_proxy_optimum_it_starts_from_nor_than_random(int seed)
    {
        (PolicySpace space, LossTable losses) = SearchProblems.Random(seed, layers: 12, bits: [2, 3, 4, 6, 8]);
        var problem = new SearchProblem(space, losses, losses.Total(PolicyMoves.Widest(space)) + 1, long.MaxValue, 40, (ulong)seed);
        SearchResult rl = new RlSearcher().Search(problem, new NoisyEvaluator(losses), null, default);
        Assert.True(rl.Episodes > 0);
        Assert.True(rl.Loss <= problem.MaxLoss);
        Assert.True(rl.Start is null || rl.Cost <= rl.Start.Cost);
        Assert.True(rl.Cost <= new RandomSearcher().Search(problem, new NoisyEvaluator(losses), null, default).Cost);
    }

    [Theory, InlineData(0), InlineData(1), InlineData(2)]
    public void It_measures_what_exact_measures_until_a_sixth_of_the_evaluations_has_found_nothing_cheaper(int seed)
    {
        (PolicySpace space, LossTable losses) = SearchProblems.Random(seed, layers: 12, bits: [2, 3, 4, 6, 8]);
        var problem = new SearchProblem(space, losses, losses.Total(PolicyMoves.Widest(space)) + 1, long.MaxValue, 60, (ulong)seed);
        var evaluator = new SkewedEvaluator(space, losses);
        Trial[] exact = [.. new ExactSearcher().Search(problem, evaluator, null, default).Trials];
        SearchResult rl = new RlSearcher().Search(problem, evaluator, null, default);
        int best = 0, common = 0;
        for (; common < exact.Length && common - best <= 60 / 6; common++)
            if (exact[common].Loss <= problem.MaxLoss && exact[common].Cost < CheapestOf(exact[..common])) best = common;
        Assert.True(common > 10);
        Assert.Equal(exact[..common].Select(t => string.Join(',', t.Policy)), rl.Trials[..common].Select(t => string.Join(',', t.Policy)));
        Assert.True(rl.Cost <= CheapestOf(exact[..common]));

        double CheapestOf(IEnumerable<Trial> trials) =>
            trials.Where(t => t.Loss <= problem.MaxLoss).Select(t => t.Cost).DefaultIfEmpty(double.PositiveInfinity).Min();
    }

    [Theory, InlineData(0), InlineData(1), InlineData(2)]
    public void It_goes_on_from_what_it_measured_where_a_layer_has_very_many_widths(int seed)
    {
        (PolicySpace space, LossTable losses) = SearchProblems.Random(
            seed, layers: 12, bits: [2, 3, 4, 5, 6, 7, 8], "isaac", [0, 3, 4, 5, 6, 7], Objective.Energy);
        Assert.Contains(UnitChoices.Of(space, losses, c => c.EnergyPj).Units, u => u.Length > 24);
        var problem = new SearchProblem(space, losses, losses.Total(PolicyMoves.Widest(space)) + 1, long.MaxValue, 40, (ulong)seed);
        SearchResult rl = new RlSearcher().Search(problem, new SkewedEvaluator(space, losses), null, default);
        Assert.True(rl.Episodes > 0);
        Assert.True(rl.Loss <= problem.MaxLoss);
        SearchResult exact = new ExactSearcher().Search(problem, new SkewedEvaluator(space, losses), null, default);
        Assert.True(rl.Cost < 1.02 * exact.Cost, $"{rl.Cost} against {exact.Cost}");
    }

    [Fact]
    public void It_learns_from_its_measurements_where_the_estimate_is_wrong()
    {
        (PolicySpace space, LossTable losses) = SearchProblems.Random(1, layers: 12, bits: [2, 3, 4, 6, 8]);
        var problem = new SearchProblem(space, losses, losses.Total(PolicyMoves.Widest(space)) + 1, long.MaxValue, 60, 1);
        // Half of the units lose a sixteenth of what is estimated for them.
        var evaluator = new SkewedEvaluator(space, losses);
        SearchResult rl = new RlSearcher().Search(problem, evaluator, null, default);
        double byEstimate = ParetoFront.Of(UnitChoices.Of(space, losses, c => c.LatencyNs)).Points
            .Where(p => evaluator.Loss(p.Policy.AsSpan(), default).Points <= problem.MaxLoss).Min(p => p.Cost);
        Assert.True(rl.Cost < 0.97 * byEstimate, $"{rl.Cost} against {byEstimate}");
        Assert.True(evaluator.Loss(rl.Policy!.Value.AsSpan(), default).Points <= problem.MaxLoss);
    }
}
