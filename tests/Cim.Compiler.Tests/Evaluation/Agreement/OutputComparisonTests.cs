using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Agreement;
using Cim.Compiler.Ort;
using Xunit;

namespace Cim.Compiler.Tests.Evaluation.Agreement;

public sealed class OutputComparisonTests
{
    private static readonly float[] _reference = [2, 0, 0, 0, 3, 1, 0, 0, 5, 1, 0.5f, 0];

    [Fact]
    public void Equal_outputs_have_no_distance() =>
        Assert.Equal(new Distance(0, 0, 0, 0), new OutputComparison(_reference, 4, 10, false, [0, 1, 2, 0]).Of(_reference));

    [Fact]
    public void Without_labels_a_changed_class_loses_the_probability_of_the_float_class_and_takes_more_of_a_budget()
    {
        float[] changed = [.. _reference];
        changed[10] = 9;
        Distance distance = new OutputComparison(_reference, 4, 10, false, default).Of(changed);
        double sum = Math.Exp(1) + Math.Exp(0.5) + 1;
        Assert.Equal(100 * (Math.Exp(1) - Math.Exp(0.5)) / sum / 4, distance.LossPoints, 9);
        // One sample makes all of the loss: its spread is the loss itself, and half of it is unsure besides.
        Assert.Equal((1 + (2.49 * Math.Sqrt(1.25))) * distance.LossPoints, distance.BudgetPoints, 9);
        Assert.True(distance.Divergence > 0);
    }

    [Fact]
    public void With_labels_what_is_lost_is_counted_whatever_the_float_network_thinks_of_itself()
    {
        // A float network that is not sure of anything, and right about everything.
        float[] reference = [.. Enumerable.Range(0, 200).SelectMany(_ => new[] { 0.1f, 0, 0 })], changed = [.. reference];
        for (int i = 0; i < 90; i++) changed[(i * 3) + 1] = 1;
        double unlabelled = new OutputComparison(reference, 200, 10, false, default).Of(changed).LossPoints;
        Distance shown = new OutputComparison(reference, 200, 10, false, [.. new int[200]]).Of(changed);
        Assert.True(unlabelled < 5);
        Assert.InRange(shown.LossPoints, 40, 46);
        Assert.InRange(shown.BudgetPoints, shown.LossPoints, 56);
        Assert.InRange(shown.LeastPoints, 20, shown.LossPoints);
    }

    [Fact]
    public void With_labels_as_many_gained_as_lost_lose_nothing_beyond_the_uncertainty_of_the_test()
    {
        var random = new NormalSequence(3);
        float[] reference = [.. Enumerable.Range(0, 3 * 400).Select(_ => random.Next())];
        float[] changed = [.. reference.Select(v => v + (0.3f * random.Next()))];
        int[] labels = [.. Enumerable.Range(0, 400).Select(i =>
        {
            // Whoever is right at a class that changes is drawn by turns.
            ReadOnlySpan<float> was = reference.AsSpan(i * 3, 3), now = changed.AsSpan(i * 3, 3);
            return i % 2 == 0 ? Accuracy.ArgMax(was) : Accuracy.ArgMax(now);
        })];
        Distance distance = new OutputComparison(reference, 400, 10, false, [.. labels]).Of(changed);
        Assert.InRange(distance.LossPoints, -2, 3);
        Assert.True(distance.BudgetPoints > distance.LossPoints && distance.LeastPoints < 0);
    }

    [Fact]
    public void A_network_whose_answers_are_all_certain_still_shows_that_fewer_bits_err_more()
    {
        var random = new NormalSequence(4);
        float[] reference = [.. Enumerable.Range(0, 100).SelectMany(i => new[] { i % 3 == 0 ? 1e4f : 0, i % 3 == 1 ? 1e4f : 0,
            i % 3 == 2 ? 1e4f : 0 })];
        float[] near = [.. reference.Select(v => v + (10 * random.Next()))], far = [.. reference.Select(v => v + (100 * random.Next()))];
        var comparison = new OutputComparison(reference, 100, 10, false, default);
        Assert.True(comparison.Of(near).Divergence > 0);
        Assert.True(comparison.Of(far).Divergence > 10 * comparison.Of(near).Divergence);
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
