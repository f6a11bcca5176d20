using Cim.Training.Data;
using Cim.Training.Engine;
using Cim.Training.Loop;
using Cim.Training.Losses;
using Cim.Training.Networks;
using Cim.Training.Ort;
using Cim.Training.Quantization;
using CsCheck;
using Xunit;

namespace Cim.Training.Tests.Quantization;

/// <summary>Errors of cells and converters in a forward pass, and training with them.</summary>
public sealed class HardwareNoiseTests
{
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
        QuantizedNetwork plain = QuantizedNetworks.Dense(3, 4);
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
                (TrainableNetwork network, SampleSet training, SampleSet test) = QuantizedNetworks.TrainedOnQuadrants(seed);
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
                    new Training.Loop.Trainer(quantized.Network, training, null, QuantizedNetworks.Tuning)
                    {
                        Teacher = network,
                        BeforeBatch = trainsWithErrors ? batch => quantized.DrawProgrammingErrors(1, batch) : null,
                        BeforeValidation = quantized.ClearProgrammingErrors,
                    }.RunAsync().GetAwaiter().GetResult();
                    using Predictor predictor = quantized.CreatePredictor(64);
                    return Enumerable.Range(0, 20).Average(chip =>
                    {
                        quantized.DrawProgrammingErrors(99, chip);
                        return QuantizedNetworks.Mistakes(predictor, test);
                    });
                }
            });
}
