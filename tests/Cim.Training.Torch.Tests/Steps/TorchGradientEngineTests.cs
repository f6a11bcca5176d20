using Cim.Training.Data;
using Cim.Training.Engine;
using Cim.Training.Loop;
using Cim.Training.Losses;
using Cim.Training.Networks;
using Cim.Training.Optimization;
using Cim.Training.Ort;
using Cim.Training.Quantization;
using Cim.Training.Torch.Tests.Networks;
using Xunit;

namespace Cim.Training.Torch.Tests.Steps;

/// <summary>Both engines on whole networks, over 20 updates. Both start every step from the same values: two trainings left alone would
/// part wherever a rounding decides on which side of zero a sum lies.</summary>
public sealed class TorchGradientEngineTests
{
    private const int Steps = 20;

    /// <summary>Of 19 layers, where some Relu of a batch nearly always has an input that is rounded across zero.</summary>
    private const double Deep = 5e-2;

    /// <summary>The mean over all parameters and steps, which single inputs of Relus hardly move.</summary>
    private const double Mean = 2e-3;

    [Fact]
    public void ResNet20_with_statistics_of_the_batch() =>
        Agree(BatchStatistics.Insert(LargerNetworks.ResNet20()).Network, new CrossEntropy(), 8, tolerance: Deep);

    [Fact]
    public void ResNet20_with_fixed_statistics() => Agree(LargerNetworks.ResNet20(), new CrossEntropy(), 8, tolerance: Deep);

    [Fact]
    public void Depthwise_convolutions() => Agree(BatchStatistics.Insert(LargerNetworks.Mobile()).Network, new CrossEntropy(), 8);

    [Fact]
    public void A_transformer_block() => Agree(LargerNetworks.VisionTransformer(), new CrossEntropy(), 8);

    [Fact]
    public void A_gated_recurrent_unit() => Agree(LargerNetworks.GatedRecurrentUnit(), new CrossEntropy(), 8);

    [Theory]
    [InlineData(false, 0, 0)]
    [InlineData(true, 0, 0)]
    [InlineData(false, 6, 0.05)]
    public void Quantizers_of_a_depthwise_network(bool stepPerStrip, int adcBits, double sigma)
    {
        TrainableNetwork network = LargerNetworks.Mobile();
        QuantizedNetwork quantized = QuantizedNetwork.Create(
            network, LargerNetworks.Samples(network, 32, 3),
            new QuantizationOptions
            {
                WeightBits = 4, ActivationBits = 4, EdgeBits = 8, StepPerStrip = stepPerStrip,
                Noise = adcBits > 0 ? new HardwareNoise(64, sigma, adcBits) : null,
            });
        Agree(quantized.Network, new CrossEntropy(), 8, step => quantized.DrawProgrammingErrors(1, step));
    }

    [Theory]
    [InlineData("cross-entropy")]
    [InlineData("squares")]
    [InlineData("distillation")]
    [InlineData("both")]
    public void Losses(string loss)
    {
        Objective objective = loss switch
        {
            "cross-entropy" => new CrossEntropy(2),
            "squares" => new MeanSquaredError(),
            "distillation" => Objective.LabelsAndTeacher(1, 4),
            _ => Objective.LabelsAndTeacher(0.7, 3),
        };
        Agree(LargerNetworks.GatedRecurrentUnit(), objective, 16, tolerance: 1e-4);
    }

    [Fact]
    public void Parameters_the_loss_does_not_reach_have_a_gradient_of_zero()
    {
        TrainableNetwork network = LargerNetworks.GatedRecurrentUnit();
        Parameter[] some = [network.Parameters[2], network.Parameters[0]];
        using IGradientEngine all = TorchMachine.Engine.CreateGradients(new GradientRequest(network, new CrossEntropy(), 4));
        using IGradientEngine part = TorchMachine.Engine.CreateGradients(
            new GradientRequest(network, new CrossEntropy(), 4) { Trained = some });
        Dictionary<string, float[]> batch = Batch(network, 4, 1, 10);
        Assert.Equal(all.Run(batch), part.Run(batch));
        Assert.Equal(all.Gradients[2], part.Gradients[0]);
        Assert.Equal(all.Gradients[0], part.Gradients[1]);
    }

    /// <summary>Loss, logits and gradients at every step; updates are those of the engine on ONNX Runtime.</summary>
    private static void Agree(
        TrainableNetwork network, Objective objective, int batchSize, Action<int>? before = null, double tolerance = 2e-3)
    {
        var request = new GradientRequest(network, objective, batchSize);
        using IGradientEngine torch = TorchMachine.Engine.CreateGradients(request);
        using IGradientEngine ort = new OrtGradientEngine(request);
        var optimizer = new Optimizer(network.Parameters, new OptimizerOptions { LearningRate = 0.01, StepRate = 0.1, ClipNorm = 5 });
        int classes = ort.Output(network.LogitsName).Length / batchSize;
        var distances = new List<double>();
        for (int step = 0; step < Steps; step++)
        {
            before?.Invoke(step);
            Dictionary<string, float[]> batch = Batch(network, batchSize, step, classes);
            float expected = ort.Run(batch);
            Assert.Equal(expected, torch.Run(batch), 1e-4 * Math.Max(1, Math.Abs(expected)));
            Near(ort.Output(network.LogitsName), torch.Output(network.LogitsName), 1e-3, $"logits of step {step}");
            for (int p = 0; p < network.Parameters.Count; p++)
                distances.Add(Near(
                    ort.Gradients[p], torch.Gradients[p], tolerance, $"gradient of {network.Parameters[p].Name} in step {step}"));
            optimizer.Step(ort.Gradients, 0.01);
        }

        Assert.True(distances.Average() <= Mean, FormattableString.Invariant($"mean distance {distances.Average():G3}"));
    }

    /// <summary>The distance as a share of the norm. A Relu whose input is rounded across zero moves a gradient by 1e-4 of it.</summary>
    private static double Near(float[] expected, float[] actual, double tolerance, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        double norm = Math.Sqrt(expected.Sum(value => (double)value * value));
        double distance = Math.Sqrt(expected.Zip(actual, (a, b) => ((double)a - b) * ((double)a - b)).Sum());
        Assert.True(
            distance <= (tolerance * norm) + 1e-6,
            FormattableString.Invariant($"{what}: norm {norm:G5}, distance {distance:G5}"));
        return norm > 1e-6 ? distance / norm : 0;
    }

    private static Dictionary<string, float[]> Batch(TrainableNetwork network, int size, int step, int classes)
    {
        SampleSet samples = LargerNetworks.Samples(network, size, step, classes);
        var random = new Random(step);
        var targets = new float[size * classes];
        for (int i = 0; i < size; i++)
            targets[(i * classes) + samples.Labels![i]] = 1;
        return new Dictionary<string, float[]>
        {
            [network.InputName] = samples.Values,
            [Objective.Targets] = targets,
            [Objective.TeacherLogits] = [.. Enumerable.Range(0, targets.Length).Select(_ => (float)random.NextDouble())],
        };
    }
}
