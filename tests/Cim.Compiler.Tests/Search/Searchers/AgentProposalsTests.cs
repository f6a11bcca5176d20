using Cim.Compiler.Search.Searchers;
using Cim.Compiler.Search.Space;
using Xunit;

namespace Cim.Compiler.Tests.Search.Searchers;

public sealed class AgentProposalsTests
{
    [Fact]
    public void An_agent_proposes_policies_of_the_space_and_the_same_with_the_same_seed()
    {
        (PolicySpace space, LossTable losses) = SearchProblems.Random(2, layers: 6, bits: [2, 4, 8]);
        var problem = new SearchProblem(space, losses, losses.Total(PolicyMoves.Widest(space)) + 1, long.MaxValue, 40, Seed: 3);
        List<int[]> first = Proposed(), second = Proposed();
        Assert.NotEmpty(first);
        Assert.Equal(first.Select(p => string.Join(',', p)), second.Select(p => string.Join(',', p)));
        Assert.All(first, p => Assert.Equal(space.Costs.Total(p).LatencyNs, problem.Cost(p)));

        List<int[]> Proposed()
        {
            var log = new TrialLog(problem, new NoisyEvaluator(losses), null, default);
            log.Measure([PolicyMoves.Widest(space), PolicyMoves.FourBitInside(space)]);
            using var agent = new AgentProposals(problem, log) { Replays = true };
            List<int[]> proposed = agent.Next(log, default);
            Assert.Equal(proposed.Count, log.Episodes);
            return proposed;
        }
    }
}
