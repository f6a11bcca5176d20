using Cim.Compiler.Evaluation.Agreement;
using Xunit;

namespace Cim.Compiler.Tests.Evaluation.Agreement;

public sealed class OutputComparisonTests
{
    private static readonly float[] _reference = [2, 0, 0, 0, 3, 1, 0, 0, 5, 1, 0.5f, 0];

    [Fact]
    public void Equal_outputs_have_no_distance() =>
        Assert.Equal(new Distance(0, 0, 0, 0), new OutputComparison(_reference, 4, 10, false, [0, 1, 2, 0]).Of(_reference));

    [Fact]
    public void Without_labels_a_changed_class_loses_the_probability_of_the_float_class_and_takes_half_as_much_again_of_a_budget()
    {
        float[] changed = [.. _reference];
        changed[10] = 9;
        Distance distance = new OutputComparison(_reference, 4, 10, false, default).Of(changed);
        double sum = Math.Exp(1) + Math.Exp(0.5) + 1;
        Assert.Equal(100 * (Math.Exp(1) - Math.Exp(0.5)) / sum / 4, distance.LossPoints, 9);
        Assert.Equal(1.5 * distance.LossPoints, distance.BudgetPoints, 9);
        Assert.True(distance.Divergence > 0);
    }

    [Fact]
    public void With_labels_a_net_loss_beyond_chance_counts_if_it_is_more_and_a_gain_hides_nothing()
    {
        // A float network that is not sure of anything, and right about everything.
        float[] reference = [.. Enumerable.Range(0, 20).SelectMany(_ => new[] { 0.1f, 0, 0 })], changed = [.. reference];
        for (int i = 0; i < 9; i++) changed[(i * 3) + 1] = 1;
        double expected = new OutputComparison(reference, 20, 10, false, default).Of(changed).LossPoints;
        Assert.InRange(expected, 0.1, 5);
        Distance shown = new OutputComparison(reference, 20, 10, false, [.. new int[20]]).Of(changed);
        Assert.Equal((100 * (9 - 3) / 20.0, 100 * (9 - 3) / 20.0), (shown.LossPoints, shown.BudgetPoints));
        // The changed samples were wrong before and are right now; the others are right in both.
        Assert.Equal(expected, new OutputComparison(reference, 20, 10, false, [.. Enumerable.Range(0, 20).Select(i => i < 9 ? 1 : 0)])
            .Of(changed).LossPoints, 9);
    }

    [Fact]
    public void Divergence_of_probabilities_is_that_of_Kullback_and_Leibler()
    {
        Distance distance = new OutputComparison([0.5f, 0.5f], 1, 10, areProbabilities: true, default).Of([0.25f, 0.75f]);
        Assert.Equal((0.5 * Math.Log(2)) + (0.5 * Math.Log(2.0 / 3)), distance.Divergence, 6);
    }

    [Fact]
    public void A_single_output_without_labels_is_no_class() =>
        Assert.Equal(100 * 0.01 / 5, new OutputComparison([1, 2], 2, 10, false, default).Of([1.1f, 2]).LossPoints, 4);

    [Theory]
    [InlineData(false, 2f, -1f)]
    [InlineData(true, 0.9f, 0.2f)]
    public void A_single_output_with_labels_or_a_sigmoid_is_a_choice_of_two_classes(bool endsWithSigmoid, float one, float zero)
    {
        var comparison = new OutputComparison([one, zero], 2, 10, false, [1, 0], endsWithSigmoid);
        Assert.Equal(0, comparison.Of([one, zero]).LossPoints, 4);
        Assert.True(comparison.Of([zero, zero]).LossPoints > comparison.Of([one, one]).LossPoints / 10);
        Assert.True(comparison.Of([zero, one]).LossPoints > 30);
        Assert.True(comparison.Of([one, zero]).Divergence < 1e-6);
    }

    [Fact]
    public void Outputs_that_are_not_numbers_lose_every_sample()
    {
        float[] lost = [.. _reference.Select(_ => float.NaN)];
        Assert.True(new OutputComparison(_reference, 4, 10, false, default).Of(lost).LossPoints > 50);
    }

    [Fact]
    public void Outputs_that_are_no_classes_count_their_squared_error() =>
        Assert.Equal(100 * 0.01 / 5, new OutputComparison([1, 2], 1, 2, false, default).Of([1.1f, 2]).LossPoints, 4);
}
