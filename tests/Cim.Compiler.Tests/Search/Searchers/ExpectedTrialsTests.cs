using Cim.Compiler.Search.Searchers;
using Cim.Compiler.Search.Space;
using Xunit;

namespace Cim.Compiler.Tests.Search.Searchers;

public sealed class ExpectedTrialsTests
{
    [Fact]
    public void What_is_expected_is_known_here_and_not_in_the_log()
    {
        (PolicySpace space, LossTable losses) = SearchProblems.Random(4, layers: 8, bits: [2, 4, 8]);
        int[] widest = PolicyMoves.Widest(space), four = PolicyMoves.Nearest(space, new LayerBits(4, 4, 0));
        var problem = new SearchProblem(space, losses, losses.Total(four) + 1, long.MaxValue, 30, 1);
        var log = new TrialLog(problem, new NoisyEvaluator(losses, noise: 0), null, default);
        log.Loss(widest);
        var expected = new ExpectedTrials(problem, log);
        double guess = LearnedLoss.From(problem, log).Guess(LearnedLoss.Estimates(problem, four)).Loss;
        expected.Expect(four);
        Assert.True(expected.Knows(four));
        Assert.False(log.Knows(four));
        Assert.Equal([log.Trials[0].Loss, guess], expected.Trials.Select(t => t.Loss));
        Assert.Equal(guess <= problem.MaxLoss ? problem.Cost(four) : problem.Cost(widest), expected.Best!.Cost);
        Assert.Equal(problem.Cost(widest), log.Best!.Cost);
    }

    [Fact]
    public void An_expectation_rules_nothing_out()
    {
        (PolicySpace space, LossTable losses) = SearchProblems.Random(4, layers: 8, bits: [2, 4, 8]);
        int[] three = PolicyMoves.Nearest(space, new LayerBits(4, 4, 0)), two = PolicyMoves.Nearest(space, new LayerBits(2, 2, 0));
        var problem = new SearchProblem(space, losses, 1e-6, long.MaxValue, 30, 1);
        var log = new TrialLog(problem, new NoisyEvaluator(losses, noise: 0), null, default);
        log.Loss(PolicyMoves.Widest(space));
        var expected = new ExpectedTrials(problem, log);
        bool before = Improvement.IsHopeless(problem, expected, two);
        expected.Expect(three);
        Assert.Equal(before, Improvement.IsHopeless(problem, expected, two));
    }
}
