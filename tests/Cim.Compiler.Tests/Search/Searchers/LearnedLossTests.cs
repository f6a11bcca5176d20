using Cim.Compiler.Search.Searchers;
using Cim.Compiler.Search.Space;
using Xunit;

namespace Cim.Compiler.Tests.Search.Searchers;

public sealed class LearnedLossTests
{
    [Fact]
    public void What_even_the_widest_policy_takes_of_the_budget_is_no_loss_by_bits()
    {
        (PolicySpace space, LossTable losses) = SearchProblems.Random(1, layers: 4, bits: [2, 4, 8]);
        var problem = new SearchProblem(space, losses, 2, long.MaxValue, 60, 1);
        var log = new TrialLog(problem, new Constant(0.75), null, default);
        int[] widest = PolicyMoves.Widest(space);
        log.Loss(widest);
        LearnedLoss learned = LearnedLoss.From(problem, log);
        Assert.Equal(1.25, learned.Budget, 12);
        Assert.Equal(0.75, learned.Guess(new double[space.ActivationGroups.Length]).Loss, 12);
    }

    [Fact]
    public void The_table_and_the_guess_of_a_policy_agree()
    {
        (PolicySpace space, LossTable losses) = SearchProblems.Random(2, layers: 8, bits: [2, 4, 8]);
        var problem = new SearchProblem(space, losses, 5, long.MaxValue, 60, 1);
        var log = new TrialLog(problem, new SkewedEvaluator(space, losses), null, default);
        foreach (int bits in new[] { 8, 4, 2 }) log.Loss(PolicyMoves.Nearest(space, new LayerBits(bits, bits, 0)));
        LearnedLoss learned = LearnedLoss.From(problem, log);
        int[] policy = PolicyMoves.FourBitInside(space);
        double least = log.Trials.Min(t => t.Loss);
        Assert.Equal(learned.Table().Total(policy) + least, learned.Guess(LearnedLoss.Estimates(problem, policy)).Loss, 9);
    }

    private sealed class Constant(double loss) : IPolicyEvaluator
    {
        public PolicyLoss Loss(ReadOnlySpan<int> policy, CancellationToken cancellation) => new(loss, loss);
    }
}
