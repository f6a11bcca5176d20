using Cim.Onnx.Building;
using Cim.Onnx.Proto;
using Cim.Training.Data;
using Cim.Training.Engine;
using Cim.Training.Loop;
using Cim.Training.Losses;
using Cim.Training.Networks;
using Cim.Training.Operators.Quantizers;
using Cim.Training.Optimization;
using Cim.Training.Ort;
using Cim.Training.Quantization;
using Cim.Training.Tests.Differentiation;
using CsCheck;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Xunit;

namespace Cim.Training.Tests.Quantization;

public sealed class QuantizedNetworkTests
{
    [Theory]
    [InlineData(8, 8)]
    [InlineData(4, 3)]
    [InlineData(2, 4)]
    [InlineData(1, 5)]
    public void Codes_stay_in_their_range_at_every_width(int weightBits, int activationBits)
    {
        QuantizedNetwork network = Quantized(weightBits, activationBits);
        foreach (QuantizedLayer layer in network.Layers)
        {
            int[] allowed = weightBits == 1 ? [-1, 1] : [.. Enumerable.Range(-((1 << (weightBits - 1)) - 1), (1 << weightBits) - 1)];
            Assert.All(layer.Codes(), code => Assert.Contains(code, allowed));
            Assert.Equal(activationBits, layer.Input.Bits);
        }

        // The first layer reads the image, which may be negative; the others read results of Relu.
        Assert.True(network.Layers[0].Input.IsSigned);
        Assert.False(network.Layers[1].Input.IsSigned);
    }

    [Theory]
    [InlineData(8, 8)]
    [InlineData(4, 4)]
    [InlineData(2, 3)]
    [InlineData(1, 4)]
    public void Forward_pass_equals_integer_arithmetic(int weightBits, int activationBits)
    {
        QuantizedNetwork network = Quantized(weightBits, activationBits);
        SampleSet samples = SmallNetworks.Quadrants(32, 5);
        using Predictor predictor = network.CreatePredictor(32);
        float[] found = predictor.Predict(samples);
        for (int n = 0; n < samples.Count; n++)
        {
            float[] expected = IntegerReference.Scores(network, samples.Sample(n));
            for (int i = 0; i < expected.Length; i++)
                Assert.Equal(expected[i], found[(n * expected.Length) + i], 1e-5f);
        }
    }

    [Fact]
    public void Bits_are_inputs_of_one_session()
    {
        QuantizedNetwork network = Quantized(8, 8);
        SampleSet samples = SmallNetworks.Quadrants(16, 5);
        using Predictor predictor = network.CreatePredictor(16);
        float[] eight = predictor.Predict(samples);
        var three = new QuantizationOptions { WeightBits = 3, ActivationBits = 3, EdgeBits = 0 };
        network.SetBits(three);
        network.InitializeSteps(samples);
        float[] switched = predictor.Predict(samples);
        Assert.NotEqual(eight, switched);
        using Predictor fresh = network.CreatePredictor(16);
        Assert.Equal(fresh.Predict(samples), switched);
    }

    [Theory]
    [InlineData(8, 8)]
    [InlineData(4, 3)]
    [InlineData(2, 5)]
    public void Exported_onnx_gives_the_same_scores(int weightBits, int activationBits)
    {
        QuantizedNetwork network = Quantized(weightBits, activationBits);
        SampleSet samples = SmallNetworks.Quadrants(8, 6);
        using Predictor predictor = network.CreatePredictor(8);
        float[] expected = predictor.Predict(samples);
        using var options = new SessionOptions { GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL };
        using var session = new InferenceSession(QuantizedExport.ToOnnx(network).ToByteArray(), options);
        using var run = new RunOptions();
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(samples.Values, [8, 1, 8, 8]);
        using IDisposableReadOnlyCollection<OrtValue> results = session.Run(run, ["input"], [input], ["scores"]);
        ReadOnlySpan<float> found = results[0].GetTensorDataAsSpan<float>();
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], found[i], 1e-4f);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Training_with_few_bits_recovers_what_rounding_lost(bool perStrip) =>
        Gen.Int[1, 1_000_000].Sample(
            seed =>
            {
                (TrainableNetwork network, SampleSet training, SampleSet test) = TrainedOnQuadrants(seed);
                var bits = new QuantizationOptions { WeightBits = 2, ActivationBits = 2, EdgeBits = 0, StepPerStrip = perStrip };
                QuantizedNetwork quantized = QuantizedNetwork.Create(network, training.Range(0, 128), bits);
                using Predictor predictor = quantized.CreatePredictor(64);
                double before = Mistakes(predictor, test);
                new Training.Loop.Trainer(quantized.Network, training, null, Tuning)
                {
                    Teacher = network,
                }.RunAsync().GetAwaiter().GetResult();
                double after = Mistakes(predictor, test);
                // Of 200: networks that rounding left almost whole may lose two by chance.
                Assert.True(after <= before + 2 && after <= 20, $"{before} mistakes before, {after} after");
            },
            iter: 8,
            threads: 1);

    [Fact]
    public void Programming_error_and_conversion_disturb_the_forward_pass_only()
    {
        var options = new QuantizationOptions
        {
            WeightBits = 4,
            ActivationBits = 4,
            EdgeBits = 0,
            Noise = new HardwareNoise(32, 0.05, 6),
        };
        SampleSet samples = SmallNetworks.Quadrants(16, 3);
        QuantizedNetwork network = QuantizedNetwork.Create(SmallNetworks.Dense(1), samples, options);
        using Predictor predictor = network.CreatePredictor(16);
        float[] quiet = predictor.Predict(samples);
        network.DrawProgrammingErrors(1, 0);
        float[] first = predictor.Predict(samples);
        network.DrawProgrammingErrors(1, 1);
        Assert.NotEqual(first, predictor.Predict(samples));
        network.DrawProgrammingErrors(1, 0);
        Assert.Equal(first, predictor.Predict(samples));
        Assert.NotEqual(quiet, first);
        network.ClearProgrammingErrors();
        Assert.Equal(quiet, predictor.Predict(samples));
        network.DrawProgrammingErrors(1, 0);

        using var engine = new OrtGradientEngine(new GradientRequest(network.Network, new CrossEntropy(), 16) { Parts = 1 });
        var targets = new float[64];
        for (int i = 0; i < 16; i++)
            targets[(i * 4) + samples.Labels![i]] = 1;
        Assert.True(
            float.IsFinite(engine.Run(new Dictionary<string, float[]> { ["input"] = samples.Values, [Objective.Targets] = targets })));
        Assert.All(engine.Gradients, gradient => Assert.All(gradient, value => Assert.True(float.IsFinite(value))));
        Assert.Contains(engine.Gradients, gradient => gradient.Any(value => value != 0));
    }

    [Fact]
    public void Errors_given_by_code_are_drawn_by_code()
    {
        QuantizedNetwork plain = Quantized(3, 4);
        string name = plain.Layers[1].Name;
        // Codes -3 to 3; only positive ones are disturbed, and code 3 is also off by 1.
        var noise = new CodeNoise(-3, [0, 0, 0, 0, 0, 0, 1], [0, 0, 0, 0, 0.25f, 0.25f, 0.25f]);
        SampleSet samples = SmallNetworks.Quadrants(64, 4);
        QuantizedNetwork network = QuantizedNetwork.Create(SmallNetworks.Dense(3), samples, new QuantizationOptions
        {
            WeightBits = 3, ActivationBits = 4, EdgeBits = 0,
            Noise = new HardwareNoise(32, 0, 0) { Layers = new Dictionary<string, IReadOnlyList<CodeNoise>> { [name] = [noise] } },
        });
        QuantizedLayer layer = network.Layers.Single(l => l.Noise is not null);
        Assert.Equal(name, layer.Name);
        int[] codes = layer.Codes();
        var sums = new double[7];
        var squares = new double[7];
        var counts = new int[7];
        const int Draws = 60;
        for (int draw = 0; draw < Draws; draw++)
        {
            network.DrawProgrammingErrors(5, draw);
            for (int o = 0; o < layer.Layout.Outputs; o++)
            {
                for (int i = 0; i < layer.Layout.Inputs; i++)
                {
                    int code = codes[(o * layer.Layout.Inputs) + i] + 3;
                    float error = layer.Noise!.Values[layer.Layout.Index(o, i)];
                    sums[code] += error;
                    squares[code] += error * (double)error;
                    counts[code]++;
                }
            }
        }

        for (int code = 0; code < 7; code++)
        {
            if (counts[code] < 2 * Draws) continue;
            double mean = sums[code] / counts[code], sigma = Math.Sqrt((squares[code] / counts[code]) - (mean * mean));
            double deviation = noise.Sigma[code] / Math.Sqrt(counts[code]);
            Assert.InRange(mean, noise.Mean[code] - (5 * deviation), noise.Mean[code] + (5 * deviation));
            Assert.InRange(sigma, noise.Sigma[code] - (5 * deviation), noise.Sigma[code] + (5 * deviation));
        }

        Assert.True(counts.Count(c => c >= 2 * Draws) >= 5, string.Join(' ', counts));
    }

    [Fact]
    public void Training_with_errors_makes_a_network_that_withstands_them() =>
        PairedComparison.IsSmaller(
            Gen.Int[1, 1_000_000],
            seed =>
            {
                (TrainableNetwork network, SampleSet training, SampleSet test) = TrainedOnQuadrants(seed);
                return (OnChips(false), OnChips(true));

                double OnChips(bool trainsWithErrors)
                {
                    var bits = new QuantizationOptions
                    {
                        WeightBits = 4,
                        ActivationBits = 4,
                        EdgeBits = 0,
                        Noise = new HardwareNoise(32, 0.35, 0),
                    };
                    QuantizedNetwork quantized = QuantizedNetwork.Create(network, training.Range(0, 128), bits);
                    new Training.Loop.Trainer(quantized.Network, training, null, Tuning)
                    {
                        Teacher = network,
                        BeforeBatch = trainsWithErrors ? batch => quantized.DrawProgrammingErrors(1, batch) : null,
                        BeforeValidation = quantized.ClearProgrammingErrors,
                    }.RunAsync().GetAwaiter().GetResult();
                    using Predictor predictor = quantized.CreatePredictor(64);
                    return Enumerable.Range(0, 20).Average(chip =>
                    {
                        quantized.DrawProgrammingErrors(99, chip);
                        return Mistakes(predictor, test);
                    });
                }
            });

    private static Training.Loop.TrainingOptions Loop => new() { Epochs = 6, BatchSize = 16, BatchStatistics = true };

    private static Training.Loop.TrainingOptions Tuning => Loop with
    {
        BatchStatistics = false, DistillationWeight = 0.5, Optimizer = new() { LearningRate = 0.02, StepRate = 0.1, ClipNorm = 5 },
    };

    private static (TrainableNetwork Network, SampleSet Training, SampleSet Test) TrainedOnQuadrants(int seed)
    {
        TrainableNetwork network = SmallNetworks.Dense(seed);
        SampleSet training = SmallNetworks.Quadrants(512, seed);
        new Training.Loop.Trainer(network, training, null, Loop).RunAsync().GetAwaiter().GetResult();
        return (network, training, SmallNetworks.Quadrants(200, -seed));
    }

    // Half a mistake more, so that a network without any has a ratio, too.
    private static double Mistakes(Predictor predictor, SampleSet test) => test.Count - predictor.CountCorrect(test) + 0.5;

    private static QuantizedNetwork Quantized(int weightBits, int activationBits)
    {
        TrainableNetwork network = SmallNetworks.Dense(3);
        SampleSet samples = SmallNetworks.Quadrants(64, 4);
        for (int i = 0; i < samples.Values.Length; i++)
            samples.Values[i] -= 0.2f;
        return QuantizedNetwork.Create(
            network, samples, new QuantizationOptions { WeightBits = weightBits, ActivationBits = activationBits, EdgeBits = 0 });
    }
}
