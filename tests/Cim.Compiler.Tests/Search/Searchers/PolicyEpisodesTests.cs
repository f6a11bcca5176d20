using Cim.Compiler.Search.Searchers;
using Cim.Compiler.Search.Space;
using Xunit;

namespace Cim.Compiler.Tests.Search.Searchers;

/// <summary>The search as episodes of an agent.</summary>
public sealed class PolicyEpisodesTests
{
    private static (SearchProblem Problem, PolicyEpisodes Episodes, LossSurrogate Surrogate) Begin()
    {
        (PolicySpace space, LossTable losses) = SearchProblems.Random(3, layers: 6, bits: [2, 4, 8]);
        var problem = new SearchProblem(space, losses, 2, long.MaxValue, 10, 7);
        var episodes = new PolicyEpisodes(problem, batch: 8, replayed: 0, []);
        return (problem, episodes, LossSurrogate.Fit([], episodes.Choices.Length, budget: 2));
    }

    [Fact]
    public void An_episode_takes_one_choice_a_unit_and_its_policy_is_one_of_the_space()
    {
        (SearchProblem problem, PolicyEpisodes episodes, LossSurrogate surrogate) = Begin();
        using (episodes)
            foreach (Episode episode in episodes.Play([null, null, null], surrogate, 2))
            {
                Assert.True(problem.Space.Contains(episode.Policy));
                Assert.Equal(episode.Actions, episodes.ActionsOf(episode.Policy));
                Assert.All(episode.Decided, Assert.True);
                Assert.All(episode.LogProbabilities, p => Assert.True(p <= 1e-6));
            }
    }

    [Fact]
    public void Choices_that_are_fixed_are_taken_and_not_the_agents()
    {
        (_, PolicyEpisodes episodes, LossSurrogate surrogate) = Begin();
        using (episodes)
        {
            int[] widest = [.. episodes.Choices.Select(u => u.Length - 1)];
            Episode whole = Assert.Single(episodes.Play([widest], surrogate, 2));
            Assert.Equal(widest, whole.Actions);
            Assert.All(whole.Decided, Assert.False);
            int[] first = [0, .. Enumerable.Repeat(-1, widest.Length - 1)];
            Episode begun = Assert.Single(episodes.Play([first], surrogate, 2));
            Assert.Equal(0, begun.Actions[0]);
            Assert.Equal([false, .. Enumerable.Repeat(true, widest.Length - 1)], begun.Decided);
        }
    }

    [Fact]
    public void The_estimates_of_the_units_add_up_to_that_of_the_policy_and_the_same_seed_plays_the_same()
    {
        (SearchProblem problem, PolicyEpisodes episodes, LossSurrogate surrogate) = Begin();
        (_, PolicyEpisodes again, _) = Begin();
        using (episodes)
        using (again)
        {
            Episode episode = Assert.Single(episodes.Play([null], surrogate, 2));
            Assert.Equal(problem.Proxy.Total(episode.Policy), episodes.Estimates(episode.Actions).Sum(), 9);
            Assert.Equal(episode.Actions, Assert.Single(again.Play([null], surrogate, 2)).Actions);
        }
    }
}
