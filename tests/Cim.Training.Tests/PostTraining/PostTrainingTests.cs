using Cim.Training.Data;
using Cim.Training.Loop;
using Cim.Training.Networks;
using Cim.Training.Ort;
using Cim.Training.PostTraining;
using Cim.Training.Quantization;
using CsCheck;
using Xunit;

namespace Cim.Training.Tests.PostTraining;

public sealed class PostTrainingTests
{
    [Fact]
    public async Task Folding_keeps_the_function()
    {
        TrainableNetwork network = SmallNetworks.Convolutional(1);
        SampleSet samples = SmallNetworks.Quadrants(32, 1);
        await new Trainer(network, samples, null, new TrainingOptions { Epochs = 2, BatchSize = 16 }).RunAsync();
        using var original = new Predictor(network, 32, parts: 1);
        float[] expected = original.Predict(samples);
        TrainableNetwork folded = BatchNormalizationFolding.Apply(network);
        Assert.DoesNotContain(folded.Graph.Node, node => node.OpType == "BatchNormalization");
        using var predictor = new Predictor(folded, 32, parts: 1);
        AssertClose(expected, predictor.Predict(samples));
    }

    [Fact]
    public void Bias_correction_and_learned_rounding_come_nearer_to_the_float_network() =>
        PairedComparison.IsSmaller(
            Gen.Int[1, 1_000_000],
            seed =>
            {
                TrainableNetwork network = SmallNetworks.Dense(seed);
                SampleSet training = SmallNetworks.Quadrants(512, seed);
                new Trainer(network, training, null, new TrainingOptions { Epochs = 4, BatchSize = 16 }).RunAsync().GetAwaiter()
                    .GetResult();
                SampleSet test = SmallNetworks.Quadrants(256, -seed);
                float[] wanted = Predict(network, test);
                QuantizedNetwork quantized = QuantizedNetwork.Create(
                    network, training.Range(0, 256), new QuantizationOptions { WeightBits = 3, ActivationBits = 8, EdgeBits = 0 });
                using Predictor predictor = quantized.CreatePredictor(64);
                double nearest = Distance(wanted, predictor.Predict(test));
                LearnedRounding.Apply(quantized, training.Range(0, 256), new LearnedRoundingOptions { Iterations = 300 });
                BiasCorrection.Apply(quantized, training.Range(0, 256));
                return (nearest, Distance(wanted, predictor.Predict(test)));
            });

    private static float[] Predict(TrainableNetwork network, SampleSet samples)
    {
        using var predictor = new Predictor(network, 32, parts: 1);
        return predictor.Predict(samples);
    }

    private static double Distance(float[] a, float[] b) => Math.Sqrt(a.Zip(b).Sum(pair => Math.Pow(pair.First - pair.Second, 2)));

    private static void AssertClose(float[] expected, float[] found)
    {
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], found[i], 1e-4f * Math.Max(1, Math.Abs(expected[i])));
    }
}
