using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Agreement;
using Cim.Compiler.Ort;
using Xunit;

namespace Cim.Compiler.Tests.Evaluation.Agreement;

public sealed class ExpectedLossTests
{
    private const int Classes = 10, Samples = 800;

    /// <summary>Scores whose margins are spread evenly from 0 to 6, as a good classifier's about are.</summary>
    private static float[] Scores(ulong seed)
    {
        var random = new NormalSequence(seed);
        float[] scores = new float[Samples * Classes];
        for (int i = 0; i < Samples; i++)
        {
            for (int k = 0; k < Classes; k++) scores[(i * Classes) + k] = -8 + random.Next();
            (scores[i * Classes], scores[(i * Classes) + 1]) = (0, -6 * ((i * 577 % Samples) + 0.5f) / Samples);
        }

        return scores;
    }

    private static float[] WithErrors(float[] scores, float sigma, ulong seed)
    {
        var random = new NormalSequence(seed);
        return [.. scores.Select(s => s + (sigma * random.Next()))];
    }

    private static float[] Softmax(float[] scores) =>
        [.. scores.Chunk(Classes).SelectMany(s => s.Select(v => (float)(Math.Exp(v) / s.Sum(x => Math.Exp(x)))))];

    /// <summary>The right answers lost if the scores' probabilities are those of the labels, which are drawn 20 times.</summary>
    private static double Lost(float[] scores, float[] changed, Random random)
    {
        float[] probabilities = Softmax(scores);
        const int draws = 20;
        int lost = 0;
        for (int draw = 0; draw < draws; draw++)
        {
            for (int i = 0; i < Samples; i++)
            {
                double left = random.NextDouble();
                int label = 0;
                while (label < Classes - 1 && (left -= probabilities[(i * Classes) + label]) > 0) label++;
                if (Class(scores, i) == label) lost++;
                if (Class(changed, i) == label) lost--;
            }
        }

        return (double)lost / draws;

        static int Class(float[] of, int sample) => Accuracy.ArgMax(of.AsSpan(sample * Classes, Classes));
    }

    [Theory]
    [InlineData(0.3f)]
    [InlineData(0.6f)]
    [InlineData(1f)]
    public void The_estimate_is_what_is_lost_in_the_mean_with_far_less_variance(float sigma)
    {
        float[] scores = Scores(1);
        var loss = new ExpectedLoss(scores, Classes, areProbabilities: false);
        var random = new Random(5);
        (double Lost, double Estimated, double Deviation)[] trials = [.. Enumerable.Range(0, 150).Select(t =>
        {
            float[] changed = WithErrors(scores, sigma, (ulong)t + 10);
            (double lost, double deviation) = loss.Among(changed);
            return (Lost(scores, changed, random), lost, deviation);
        })];
        double expected = trials.Average(t => t.Lost),
            estimated = trials.Average(t => t.Estimated),
            error = Deviation(trials.Select(t => t.Lost)) / Math.Sqrt(trials.Length);
        Assert.InRange(estimated, expected - (0.15 * expected) - (2 * error), expected + (0.15 * expected) + (2 * error));
        double spread = Deviation(trials.Select(t => t.Estimated));
        Assert.True(spread < 0.6 * Deviation(trials.Select(t => t.Lost)), $"{spread} against {Deviation(trials.Select(t => t.Lost))}");
        Assert.InRange(trials.Average(t => t.Deviation), 0.5 * spread, 2.5 * spread);

        static double Deviation(IEnumerable<double> values) => Math.Sqrt(values.Average(v => v * v) - Math.Pow(values.Average(), 2));
    }

    [Fact]
    public void A_small_error_loses_in_proportion_to_its_square_not_to_the_classes_it_changes()
    {
        float[] scores = Scores(1);
        var loss = new ExpectedLoss(scores, Classes, areProbabilities: false);
        double[] means = [.. new[] { 0.1f, 0.2f, 0.4f }
            .Select(sigma => Enumerable.Range(0, 20).Average(t => loss.Among(WithErrors(scores, sigma, (ulong)t)).Lost))];
        Assert.InRange(means[1] / means[0], 3, 5);
        Assert.InRange(means[2] / means[1], 3, 5);
    }

    [Fact]
    public void Probabilities_say_the_same_as_the_scores_they_are_made_of()
    {
        float[] scores = Scores(2), changed = WithErrors(scores, 0.3f, 3);
        double expected = new ExpectedLoss(scores, Classes, areProbabilities: false).Among(changed).Lost;
        Assert.Equal(
            expected, new ExpectedLoss(Softmax(scores), Classes, areProbabilities: true).Among(Softmax(changed)).Lost, expected * 0.01);
    }

    [Fact]
    public void Outputs_that_do_not_differ_lose_nothing() =>
        Assert.Equal((0, 0), new ExpectedLoss(Scores(4), Classes, areProbabilities: false).Among(Scores(4)));

    [Fact]
    public void Of_few_samples_those_that_change_count()
    {
        float[] scores = Scores(5)[..(20 * Classes)], changed = [.. scores];
        (changed[0], changed[1]) = (-1, 0);
        float[] probabilities = Softmax(scores);
        Assert.Equal(
            probabilities[0] - probabilities[1], new ExpectedLoss(scores, Classes, areProbabilities: false).Among(changed).Lost, 1e-6);
    }
}
