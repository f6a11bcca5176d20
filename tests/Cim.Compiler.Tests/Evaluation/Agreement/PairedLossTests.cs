using Cim.Compiler.Evaluation.Agreement;
using Xunit;

namespace Cim.Compiler.Tests.Evaluation.Agreement;

public sealed class PairedLossTests
{
    [Fact]
    public void Nothing_that_differs_loses_nothing() => Assert.Equal(default, PairedLoss.Of(0, 0, 0, 0));

    [Fact]
    public void A_count_that_contradicts_the_expectation_by_more_than_chance_decides()
    {
        PairedLoss lost = PairedLoss.Of(expected: 2, spread: 1, lost: 60, gained: 10), gained = PairedLoss.Of(20, 2, 10, 60);
        Assert.InRange(lost.Lost, 45, 50);
        Assert.InRange(lost.AtLeast, 15, 45);
        Assert.InRange(gained.Lost, -50, -40);
    }

    [Fact]
    public void A_count_that_is_lucky_changes_little() => Assert.InRange(PairedLoss.Of(4, 2, 5, 6).Lost, 2, 4);

    [Theory]
    [InlineData(3, 4, 2)]
    [InlineData(3, 2, 6)]
    [InlineData(0.5, 0, 3)]
    public void The_estimate_lies_between_what_is_expected_and_what_is_counted(double expected, int lost, int gained)
    {
        PairedLoss loss = PairedLoss.Of(expected, 1, lost, gained);
        Assert.InRange(loss.Lost, Math.Min(expected, lost - gained), Math.Max(expected, lost - gained));
        Assert.True(loss.AtLeast < loss.Lost && loss.Lost < loss.AtMost);
    }

    [Fact]
    public void A_loss_of_nothing_but_chance_is_within_its_margin_as_often_as_a_standard_deviation_says()
    {
        // The true loss is the expectation, and 30 samples differ.
        var random = new Random(7);
        const int Trials = 4000;
        int covered = 0;
        for (int t = 0; t < Trials; t++)
        {
            int lost = 0;
            for (int i = 0; i < 30; i++)
                if (random.NextDouble() < 17.0 / 30) lost++; // 4 more are lost than gained in the mean.
            if (PairedLoss.Of(4, 1, lost, 30 - lost).AtMost >= 4) covered++;
        }

        Assert.InRange((double)covered / Trials, 0.84, 1);
    }
}
