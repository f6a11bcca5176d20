using Cim.Compiler.Search.Searchers;
using Xunit;

namespace Cim.Compiler.Tests.Search.Searchers;

public sealed class LossSurrogateTests
{
    [Fact]
    public void Learns_that_one_unit_is_worth_more_than_its_estimate_and_is_surer_of_what_it_saw()
    {
        var random = new Random(5);
        double[] factors = [4, 1, 1, 0.5];
        var trials = Enumerable.Range(0, 40).Select(_ =>
        {
            double[] x = [.. factors.Select(_ => random.NextDouble() * 0.1)];
            return (x, factors.Zip(x, (f, e) => f * e).Sum());
        }).ToArray();
        LossSurrogate learnt = LossSurrogate.Fit(trials, 4, budget: 0.3), fresh = LossSurrogate.Fit(trials[..2], 4, budget: 0.3);
        double[] only = [0.1, 0, 0, 0];
        Assert.InRange(learnt.Guess(only).Loss, 0.32, 0.45); // 4 x 0.1; one common factor would say 0.16.
        Assert.True(learnt.Guess(only).Deviation < fresh.Guess(only).Deviation);
        Assert.InRange(learnt.Share(0, 0.1), 0.3, 0.45);
    }

    [Fact]
    public void Measurements_less_certain_than_the_budget_leave_open_what_is_within_it()
    {
        (double[], double)[] trials = [([0.1, 0], 0.1), ([0, 0.1], 0.12), ([0.1, 0.1], 0.21)];
        LossGuess sure = LossSurrogate.Fit(trials, 2, budget: 0.1).Guess([0.1, 0.1]),
            unsure = LossSurrogate.Fit(trials, 2, budget: 0.1, noise: 0.3).Guess([0.1, 0.1]);
        Assert.True(sure.ProbabilityWithin(0.1) < 0.05);
        Assert.InRange(unsure.ProbabilityWithin(0.1), 0.2, 0.5);
    }

    [Theory]
    [InlineData(0, 0.5)]
    [InlineData(1, 0.841345)]
    [InlineData(-1, 0.158655)]
    [InlineData(2, 0.977250)]
    public void Probability_is_that_of_the_normal_distribution(double deviations, double expected) =>
        Assert.Equal(expected, new LossGuess(0.4, 0.1).ProbabilityWithin(0.4 + (0.1 * deviations)), 1e-5);
}
