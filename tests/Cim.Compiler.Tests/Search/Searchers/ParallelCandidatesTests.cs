using Cim.Compiler.Search.Searchers;
using Cim.Compiler.Search.Space;
using Xunit;

namespace Cim.Compiler.Tests.Search.Searchers;

/// <summary>Searches that choose several policies before the first of them is measured.</summary>
public sealed class ParallelCandidatesTests
{
    [Theory]
    [InlineData("rl", 1)]
    [InlineData("rl", 4)]
    [InlineData("exact", 1)]
    [InlineData("exact", 5)]
    [InlineData("evolutionary", 4)]
    [InlineData("random", 3)]
    [InlineData("uniform", 3)]
    public void A_search_that_begins_again_for_every_round_ends_as_one_without_rounds(string searcher, int parallel)
    {
        (PolicySpace space, LossTable losses) = SearchProblems.Random(3, layers: 10, bits: [2, 3, 4, 6, 8]);
        var problem = new SearchProblem(
            space, losses, losses.Total(PolicyMoves.Widest(space)) + 1, long.MaxValue, Evaluations: 30, Seed: 5) { Parallel = parallel };
        SearchResult whole = PolicySearchers.Create(searcher).Search(problem, new NoisyEvaluator(losses), null, default);

        var rounds = new RoundsEvaluator(new NoisyEvaluator(losses));
        SearchResult? result = null;
        while (result is null)
        {
            try
            {
                result = PolicySearchers.Create(searcher).Search(problem, rounds, null, default);
            }
            catch (EndOfRoundException)
            {
                rounds.Measure();
            }
        }

        Assert.Equal(whole.Trials.Select(Text), result.Trials.Select(Text));
        Assert.Equal(whole.Cost, result.Cost);
        Assert.All(rounds.Sizes, size => Assert.InRange(size, 1, parallel));
        Assert.Equal(whole.Trials.Length, rounds.Sizes.Sum());
        if (parallel > 1) Assert.Contains(rounds.Sizes, size => size == parallel);
    }

    [Theory]
    [InlineData("rl")]
    [InlineData("exact")]
    [InlineData("evolutionary")]
    public void Several_at_a_time_still_improve_on_the_policies_that_are_set_by_hand(string searcher)
    {
        (PolicySpace space, LossTable losses) = SearchProblems.Random(8, layers: 12, bits: [2, 3, 4, 6, 8]);
        var problem = new SearchProblem(
            space, losses, losses.Total(PolicyMoves.Widest(space)) + 1, long.MaxValue, Evaluations: 60, Seed: 5) { Parallel = 8 };
        SearchResult found = PolicySearchers.Create(searcher).Search(problem, new NoisyEvaluator(losses), null, default);
        SearchResult byHand = new UniformSearcher().Search(problem, new NoisyEvaluator(losses), null, default);
        Assert.True(found.Cost < byHand.Cost);
        Assert.InRange(found.Trials.Length, 1, 60);
        Assert.Equal(found.Trials.Length, found.Trials.Select(Text).Distinct().Count());
    }

    private static string Text(Trial trial) => string.Join(' ', trial.Policy);

    private sealed class EndOfRoundException : Exception;

    /// <summary>Knows only what was measured between rounds.</summary>
    private sealed class RoundsEvaluator(IPolicyEvaluator evaluator) : IPolicyEvaluator
    {
        private readonly Dictionary<string, PolicyLoss> _known = [];
        private IReadOnlyList<int[]> _asked = [];

        public List<int> Sizes { get; } = [];

        public void Measure()
        {
            foreach (int[] policy in _asked) _known.Add(string.Join(' ', policy), evaluator.Loss(policy, default));
        }

        public PolicyLoss Loss(ReadOnlySpan<int> policy, CancellationToken cancellation) => _known[string.Join(' ', policy.ToArray())];

        public void Announce(IReadOnlyList<int[]> policies, CancellationToken cancellation)
        {
            _asked = [.. policies.Where(p => !_known.ContainsKey(string.Join(' ', p)))];
            if (_asked.Count == 0) return;
            Sizes.Add(_asked.Count);
            throw new EndOfRoundException();
        }
    }
}
