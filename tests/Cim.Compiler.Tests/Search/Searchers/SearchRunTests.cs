using Cim.Compiler.Search.Searchers;
using Cim.Compiler.Search.Space;
using Xunit;

namespace Cim.Compiler.Tests.Search.Searchers;

/// <summary>What every search does before and after its searcher's own way.</summary>
public sealed class SearchRunTests
{
    public static TheoryData<string> Searchers => ["rl", "exact", "random", "evolutionary"];

    [Theory, MemberData(nameof(Searchers))]
    public void An_estimate_that_knows_nothing_keeps_no_searcher_from_what_measurements_allow(string name)
    {
        foreach (int seed in new[] { 1, 2, 3, 4, 5, 6 })
        {
            (PolicySpace space, LossTable losses) = SearchProblems.Random(seed, layers: 3, bits: [2, 4, 8]);
            LossTable nothing = losses.Times(0);
            (double Cost, double Loss)[] all = [
                .. SearchProblems.AllPolicies(space).Select(p => (space.Costs.Total(p).LatencyNs, losses.Total(p)))];
            double budget = all.Select(a => a.Loss).Order().ElementAt(all.Length / 3);
            var problem = new SearchProblem(space, nothing, budget, long.MaxValue, Evaluations: 60, Seed: (ulong)seed);
            SearchResult result = PolicySearchers.Create(name).Search(problem, new NoisyEvaluator(losses, noise: 0), null, default);
            Assert.Equal(all.Where(a => a.Loss <= budget).Min(a => a.Cost), result.Cost, 6);
        }
    }

    [Theory, MemberData(nameof(Searchers))]
    public void No_searcher_ends_above_a_policy_that_can_be_set_by_hand(string name)
    {
        foreach (int seed in new[] { 1, 2, 3 })
        {
            (PolicySpace space, LossTable losses) = SearchProblems.Random(seed, layers: 12, bits: [2, 3, 4, 6, 8]);
            var evaluator = new NoisyEvaluator(losses);
            var problem = new SearchProblem(space, losses, losses.Total(PolicyMoves.Nearest(space, new LayerBits(4, 4, 0))) / 2,
                long.MaxValue, Evaluations: 60, Seed: (ulong)seed);
            SearchResult result = PolicySearchers.Create(name).Search(problem, evaluator, null, default);
            double byHand = space.Costs.Choices.Select(c => PolicyMoves.Nearest(space, c))
                .SelectMany(p => new[] { p, PolicyMoves.WithWideEnds(space, p) })
                .Where(p => evaluator.Loss(p, default).Points <= problem.MaxLoss).Min(p => problem.Cost(p));
            Assert.True(result.Cost <= byHand, $"{result.Cost} against {byHand}");
            Assert.Equal(result.Trials.Where(t => t.Loss <= problem.MaxLoss).Min(t => t.Cost), result.Cost);
        }
    }

    [Theory, MemberData(nameof(Searchers))]
    public void Evaluations_are_left_only_where_everything_cheaper_certainly_loses_too_much(string name)
    {
        (PolicySpace space, LossTable losses) = SearchProblems.Random(4, layers: 3, bits: [2, 4, 8]);
        double budget = losses.Total(PolicyMoves.Widest(space)) + 0.05;
        var problem = new SearchProblem(space, losses, budget, long.MaxValue, Evaluations: 500, Seed: 1);
        var evaluator = new NoisyEvaluator(losses, noise: 0.6);
        SearchResult result = PolicySearchers.Create(name).Search(problem, evaluator, null, default);
        Assert.True(result.Trials.Length < 500);
        foreach (int[] cheaper in SearchProblems.AllPolicies(space).Where(p => problem.Cost(p) < result.Cost))
            Assert.True(evaluator.Loss(cheaper, default).Points > budget);
    }
}
