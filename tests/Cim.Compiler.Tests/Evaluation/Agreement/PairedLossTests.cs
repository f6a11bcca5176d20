using Cim.Compiler.Evaluation.Agreement;
using Xunit;

namespace Cim.Compiler.Tests.Evaluation.Agreement;

public sealed class PairedLossTests
{
    [Theory]
    [InlineData(100, false)]
    [InlineData(300, true)]
    public void Samples_on_which_nothing_changes_show_half_a_point_only_if_they_are_enough(int samples, bool isShown) =>
        Assert.Equal(isShown, 100 * PairedLoss.Of(0, 0, 0, 0).AtMost / samples <= 0.5);

    [Fact]
    public void An_expectation_that_rests_on_few_samples_has_the_wider_margin() =>
        Assert.True(PairedLoss.Of(3, 2, 3, 0).AtMost > PairedLoss.Of(3, 0.5, 3, 0).AtMost + 0.3);

    [Fact]
    public void A_count_of_more_than_is_expected_and_chance_explains_decides()
    {
        PairedLoss lost = PairedLoss.Of(expected: 2, spread: 1, lost: 60, gained: 10);
        Assert.InRange(lost.Lost, 45, 50);
        Assert.InRange(lost.AtLeast, 15, 45);
    }

    [Fact]
    public void A_count_that_is_lucky_changes_little() => Assert.InRange(PairedLoss.Of(4, 2, 5, 6).Lost, 1.5, 4);

    [Fact]
    public void The_luckiest_count_of_many_policies_makes_no_gain_of_an_expected_loss()
    {
        // All of them lose what is expected, 30 samples differ, and the best count of sixty is looked at.
        var random = new Random(11);
        for (int search = 0; search < 20; search++)
        {
            int luckiest = 30;
            for (int policy = 0; policy < 60; policy++)
            {
                int lost = 0;
                for (int i = 0; i < 30; i++)
                    if (random.NextDouble() < 17.0 / 30) lost++;
                luckiest = Math.Min(luckiest, lost);
            }

            PairedLoss found = PairedLoss.Of(4, 1, luckiest, 30 - luckiest);
            Assert.True(found.Lost > 0 && found.AtMost > 4);
        }
    }

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
    public void A_loss_of_nothing_but_chance_is_within_its_margin_19_times_of_20()
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

        Assert.InRange((double)covered / Trials, 0.95, 1);
    }
}
