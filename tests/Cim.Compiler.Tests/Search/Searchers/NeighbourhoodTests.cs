using Cim.Compiler.Search.Searchers;
using Cim.Compiler.Search.Space;
using Xunit;

namespace Cim.Compiler.Tests.Search.Searchers;

public sealed class NeighbourhoodTests
{
    [Theory, InlineData(0), InlineData(1), InlineData(2)]
    public void Neighbours_differ_in_one_group_or_two_and_every_choice_of_a_layer_is_among_them(int seed)
    {
        (PolicySpace space, LossTable losses) = SearchProblems.Random(seed, layers: 6, bits: [2, 4, 8]);
        var problem = new SearchProblem(space, losses.Times(0), 1, long.MaxValue, 60, 1); // An estimate that knows nothing.
        int[] widest = PolicyMoves.Widest(space);
        var log = new TrialLog(problem, new NoisyEvaluator(losses, noise: 0), null, default);
        log.Loss(widest);
        int[][] neighbours = [.. new Neighbourhood(problem, LearnedLoss.From(problem, log)).Of([.. widest])];
        Assert.All(neighbours, n =>
        {
            Assert.True(space.Contains(n));
            Assert.InRange(space.ActivationGroups.Count(g => g.Any(l => n[l] != widest[l])), 1, 2);
        });
        foreach (var group in space.ActivationGroups.Where(g => g.Length == 1))
            Assert.Equal(space.Choices[group[0]].Order(), neighbours.Select(n => n[group[0]]).Append(widest[group[0]]).Distinct().Order());
    }
}
