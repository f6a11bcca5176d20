using Cim.Onnx.Proto;
using Cim.Training.Data;
using Cim.Training.Networks;
using Cim.Training.Ort;
using Cim.Training.Pruning;
using Xunit;

namespace Cim.Training.Tests.Pruning;

/// <summary>What the weights left of a layer make up for.</summary>
public sealed class CompensationTests
{
    private const int Outputs = 5, Inputs = 9, Samples = 60;

    public static TheoryData<int, bool> Cases => new() { { 1, true }, { 2, false }, { 3, true }, { 4, false }, { 5, true } };

    [Theory, MemberData(nameof(Cases))]
    public void No_change_of_a_weight_left_brings_the_output_nearer_to_what_it_was(int seed, bool hasBias)
    {
        var random = new Random(seed);
        float[] before = [.. Enumerable.Range(0, Outputs * Inputs).Select(_ => (float)(random.NextDouble() - 0.5))];
        double[][] x = [.. Enumerable.Range(0, Samples).Select(_ => Correlated(random))];
        var weights = new Parameter("w", [Outputs, Inputs], [.. before], ParameterRole.Weight);
        Parameter? bias = hasBias ? new Parameter("b", [Outputs], new float[Outputs], ParameterRole.Bias) : null;
        var layer = new PrunedLayer(weights, new MatrixLayout(Outputs, Inputs, Inputs, 1, 1), new ArrayGeometry(8, 8, 2));
        for (int i = 0; i < before.Length; i++)
        {
            if (random.Next(2) == 0)
                layer.Remove([i]);
        }

        double[] pruned = [.. Enumerable.Range(0, Outputs).Select(Error)];
        Compensation.Apply(layer, before, bias, [Moments(x)]);
        for (int o = 0; o < Outputs; o++)
        {
            double least = Error(o);
            Assert.True(least <= pruned[o] + 1e-12);
            for (int i = 0; i < Inputs; i++)
            {
                if (layer.Mask[(o * Inputs) + i] == 0)
                {
                    Assert.Equal(0, weights.Values[(o * Inputs) + i]);
                    continue;
                }

                foreach (float change in new[] { 0.05f, -0.05f })
                {
                    weights.Values[(o * Inputs) + i] += change;
                    Assert.True(Error(o) > least, $"weight {i} of output {o}");
                    weights.Values[(o * Inputs) + i] -= change;
                }
            }
        }

        // Of the output, and the damping's part for the changes of weights that are left.
        double Error(int o) =>
            x.Average(sample => Math.Pow((bias?.Values[o] ?? 0) + Enumerable.Range(0, Inputs).Sum(i => Change(o, i) * sample[i]), 2))
            + (Compensation.Damping * Enumerable.Range(0, Inputs).Average(i => x.Average(sample => sample[i] * sample[i]))
                * Enumerable.Range(0, Inputs).Where(i => layer.Mask[(o * Inputs) + i] != 0).Sum(i => Math.Pow(Change(o, i), 2)));

        double Change(int o, int i) => weights.Values[(o * Inputs) + i] - before[(o * Inputs) + i];
    }

    [Theory]
    [InlineData(1, "conv 4 3x3 pad 1 stride 2")]
    [InlineData(3, "depthwise 3x3 pad 1 stride 2")]
    public void Moments_are_those_of_what_the_windows_of_a_convolution_read(int groups, string layer)
    {
        TrainableNetwork network = SmallNetworks.Build(3, "conv 3 1x1", layer, "relu", "flatten", "linear 4");
        NodeProto node = network.Graph.Node.Where(n => n.OpType == "Conv").Last();
        MatrixLayout layout = MatrixLayout.Of(node, network[node.Input[1]]);
        SampleSet samples = SmallNetworks.Quadrants(3, 5);
        using var predictor = new Predictor(network, 3, [node.Input[0]], parts: 1);
        float[] input = predictor.Predict(samples);
        double[][] moments = InputMoments.Measure(network, [node], [layout], samples, default)[0];
        Assert.Equal(groups, moments.Length);
        int width = layout.Inputs + 1;
        for (int g = 0; g < groups; g++)
        {
            var expected = new double[width * width];
            foreach (double[] x in from n in Enumerable.Range(
                0, samples.Count) from position in Enumerable.Range(0, 16) select Window(n, g, position))
            {
                for (int i = 0; i < width; i++)
                {
                    for (int j = 0; j <= i; j++)
                        expected[(i * width) + j] += x[i] * x[j] / (16 * samples.Count);
                }
            }

            Assert.All(expected.Zip(moments[g]), pair => Assert.Equal(pair.First, pair.Second, 1e-9));
        }

        double[] Window(int n, int g, int position) => [.. Enumerable.Range(0, layout.Inputs)
            .Select(i => (
                double)At(n, (g * layout.Inputs / 9) + (i / 9), (position / 4 * 2) - 1 + (i % 9 / 3), (position % 4 * 2) - 1 + (i % 3))),
                1];

        float At(int n, int channel, int row, int column) =>
            row is >= 0 and < 8 && column is >= 0 and < 8 ? input[(((n * 3) + channel) * 64) + (row * 8) + column] : 0;
    }

    [Theory]
    [InlineData(PruningGranularity.Weight)]
    [InlineData(PruningGranularity.ArrayRow)]
    [InlineData(PruningGranularity.ArrayColumn)]
    public void Compensated_pruning_stays_nearer_to_the_dense_network_and_needs_no_labels(PruningGranularity granularity)
    {
        SampleSet labelled = SmallNetworks.Quadrants(256, 1);
        var samples = new SampleSet(labelled.Values, labelled.Shape, null);
        TrainableNetwork dense = SmallNetworks.Build(
            1, "conv 16 3x3 pad 1", "relu", "maxpool 2", "conv 16 3x3 pad 1", "relu", "maxpool 2", "flatten", "linear 4");
        double[] errors = [.. new[] { false, true }.Select(Error)];
        Assert.True(errors[1] < 0.7 * errors[0], $"{errors[0]} without, {errors[1]} with compensation");

        double Error(bool compensates)
        {
            TrainableNetwork network = dense.Clone();
            var options = new PruningOptions
            {
                Granularity = granularity,
                Geometry = new ArrayGeometry(16, 16, 2),
                ScoreSamples = 128,
                Compensates = compensates,
            };
            new Pruner(network, samples, options).PruneTo(0.4);
            using var before = new Predictor(dense, parts: 1);
            using var after = new Predictor(network, parts: 1);
            return before.Predict(samples).Zip(after.Predict(samples)).Average(pair => Math.Pow(pair.First - pair.Second, 2));
        }
    }

    [Fact]
    public void Weights_that_act_against_each_other_count_as_what_they_are_together()
    {
        // Two inputs that are always equal, with opposite weights: each matters, both together do not.
        TrainableNetwork network = SmallNetworks.Build(1, "flatten", "linear 8", "relu", "linear 4");
        Parameter weights = network.Parameters.First(parameter => parameter.Role == ParameterRole.Weight);
        SampleSet samples = SmallNetworks.Quadrants(32, 3);
        for (int n = 0; n < samples.Count; n++)
            samples.Values[(n * 64) + 1] = samples.Values[n * 64];
        NodeProto node = network.Graph.Node.First(n => n.Input.Contains(weights.Name));
        MatrixLayout layout = MatrixLayout.Of(node, weights);
        for (int o = 0; o < layout.Outputs; o++)
            weights.Values[layout.Index(o, 1)] = -weights.Values[layout.Index(o, 0)];
        var options = new PruningOptions();
        float[] apart = GradientSensitivity.Measure(
            network, [weights], [[.. Enumerable.Range(0, weights.Values.Length)]], samples, options, default)[0];
        int[] together = [.. Enumerable.Range(0, weights.Values.Length)];
        for (int o = 0; o < layout.Outputs; o++)
            together[layout.Index(o, 1)] = layout.Index(o, 0);
        float[] joint = GradientSensitivity.Measure(network, [weights], [together], samples, options, default)[0];
        for (int o = 0; o < layout.Outputs; o++)
            Assert.True(joint[layout.Index(o, 0)] <= 1e-6 * apart[layout.Index(o, 0)]);
        Assert.Contains(Enumerable.Range(0, layout.Outputs), o => apart[layout.Index(o, 0)] > 0);
    }

    private static double[] Correlated(Random random)
    {
        double common = random.NextDouble();
        return [.. Enumerable.Range(0, Inputs).Select(i => common + (0.3 * random.NextDouble()) + (0.1 * i))];
    }

    private static double[] Moments(double[][] x)
    {
        var moments = new double[(Inputs + 1) * (Inputs + 1)];
        foreach (double[] sample in x)
        {
            double[] extended = [.. sample, 1];
            for (int i = 0; i <= Inputs; i++)
            {
                for (int j = 0; j <= i; j++)
                    moments[(i * (Inputs + 1)) + j] += extended[i] * extended[j] / x.Length;
            }
        }

        return moments;
    }
}
