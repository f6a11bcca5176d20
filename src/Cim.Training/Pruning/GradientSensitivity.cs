using Cim.Training.Data;
using Cim.Training.Engine;
using Cim.Training.Loop;
using Cim.Training.Losses;
using Cim.Training.Networks;
using Cim.Training.Ort;
using Cim.Training.Randomness;

namespace Cim.Training.Pruning;

/// <summary>Estimates how much the loss rises when units of weights become zero, from gradients of single samples.</summary>
/// <remarks>
/// First order with the samples' labels. Second order with labels drawn from what the network itself predicts, so that the mean of
/// squares is its Fisher information (not that of labels it has learned by heart, whose gradients vanish), and with the gradients of a
/// unit summed before they are squared (Theis et al., arXiv 1801.05787, equation 7), so that weights that act against each other
/// count as what they are together.
/// </remarks>
internal static class GradientSensitivity
{
    /// <summary>Scores of all weights; those of a unit add up to the unit's.</summary>
    /// <param name="network">The network.</param>
    /// <param name="weights">Its weights that may go.</param>
    /// <param name="units">For each of them the unit (0, 1, ...) every element belongs to.</param>
    /// <param name="samples">Samples to differentiate on, one at a time.</param>
    /// <param name="options">Score, temperature of the predictions labels are drawn from, seed and threads.</param>
    /// <param name="cancellation">Checked between samples.</param>
    public static float[][] Measure(
        TrainableNetwork network, IReadOnlyList<Parameter> weights, IReadOnlyList<int[]> units, SampleSet samples, PruningOptions options,
        CancellationToken cancellation)
    {
        if (options.Score == PruningScore.Magnitude)
            return [.. weights.Select(parameter => (float[])[.. parameter.Values.Select(value => value * value)])];
        double temperature = options.Score == PruningScore.Fisher ? options.Retraining.DistillationTemperature : 1;
        using var engine = new OrtGradientEngine(new GradientRequest(network, new CrossEntropy(temperature), 1) { Trained = weights });
        int classes = engine.Output(network.LogitsName).Length;
        int[] labels = options.Score == PruningScore.Fisher
            ? Drawn(network, samples, classes, temperature, options.Retraining)
            : [.. samples.Labels!];
        double[][] sums = [.. units.Select(unit => new double[unit.Max() + 1])];
        var targets = new float[classes];
        for (int n = 0; n < samples.Count; n++)
        {
            cancellation.ThrowIfCancellationRequested();
            targets.AsSpan().Clear();
            targets[labels[n]] = 1;
            engine.Run(new Dictionary<string, float[]>(
                StringComparer.Ordinal) { [network.InputName] = [.. samples.Sample(n)], [Objective.Targets] = targets });
            for (int p = 0; p < sums.Length; p++)
                Add(sums[p], weights[p].Values, engine.Gradients[p], units[p], options.Score);
        }

        return [.. weights.Select((parameter, p) => Spread(parameter.Values, sums[p], units[p], samples.Count, options.Score))];
    }

    private static void Add(double[] sums, float[] weights, float[] gradient, int[] units, PruningScore score)
    {
        var effects = new double[sums.Length];
        for (int i = 0; i < weights.Length; i++)
            effects[units[i]] += (double)weights[i] * gradient[i];
        for (int u = 0; u < sums.Length; u++)
            sums[u] += score == PruningScore.Fisher ? 0.5 * effects[u] * effects[u] : effects[u];
    }

    /// <summary>Divides the score of a unit among its weights, those that are zero already excepted.</summary>
    private static float[] Spread(float[] weights, double[] sums, int[] units, int count, PruningScore score)
    {
        var sizes = new int[sums.Length];
        for (int i = 0; i < weights.Length; i++)
            sizes[units[i]] += weights[i] != 0 ? 1 : 0;
        return [.. weights.Select((weight, i) => weight == 0
            ? 0f
            : (float)((score == PruningScore.Fisher ? sums[units[i]] : Math.Abs(sums[units[i]])) / count / sizes[units[i]]))];
    }

    private static int[] Drawn(TrainableNetwork network, SampleSet samples, int classes, double temperature, Loop.TrainingOptions options)
    {
        using var predictor = new Predictor(network, Math.Min(options.BatchSize, samples.Count));
        float[] logits = predictor.Predict(samples);
        return [.. Enumerable.Range(0, samples.Count)
            .Select(n => Draw(logits.AsSpan(n * classes, classes), temperature, new KeyedRandom(options.Seed, n, 3).NextDouble()))];
    }

    private static int Draw(ReadOnlySpan<float> logits, double temperature, double uniform)
    {
        double largest = logits[Predictor.ArgMax(logits)];
        double total = 0;
        foreach (float logit in logits)
            total += Math.Exp((logit - largest) / temperature);
        double left = uniform * total;
        for (int c = 0; c < logits.Length; c++)
        {
            left -= Math.Exp((logits[c] - largest) / temperature);
            if (left < 0)
                return c;
        }

        return logits.Length - 1;
    }
}
