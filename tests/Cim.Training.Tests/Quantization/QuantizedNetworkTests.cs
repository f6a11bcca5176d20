using Cim.Tests.Shared;
using Cim.Training.Data;
using Cim.Training.Loop;
using Cim.Training.Networks;
using Cim.Training.Ort;
using Cim.Training.Quantization;
using CsCheck;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Xunit;

namespace Cim.Training.Tests.Quantization;

/// <summary>A network with quantizers computes what integers compute.</summary>
public sealed class QuantizedNetworkTests
{
    [Theory]
    [InlineData(8, 8)]
    [InlineData(4, 3)]
    [InlineData(2, 4)]
    [InlineData(1, 5)]
    public void Codes_stay_in_their_range_at_every_width(int weightBits, int activationBits)
    {
        QuantizedNetwork network = QuantizedNetworks.Dense(weightBits, activationBits);
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
        QuantizedNetwork network = QuantizedNetworks.Dense(weightBits, activationBits);
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
        QuantizedNetwork network = QuantizedNetworks.Dense(8, 8);
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
        QuantizedNetwork network = QuantizedNetworks.Dense(weightBits, activationBits);
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
        Gen.Int[1, 1_000_000].Holds(8, seed =>
        {
            (TrainableNetwork network, SampleSet training, SampleSet test) = QuantizedNetworks.TrainedOnQuadrants(seed);
            var bits = new QuantizationOptions { WeightBits = 2, ActivationBits = 2, EdgeBits = 0, StepPerStrip = perStrip };
            QuantizedNetwork quantized = QuantizedNetwork.Create(network, training.Range(0, 128), bits);
            using Predictor predictor = quantized.CreatePredictor(64);
            double before = QuantizedNetworks.Mistakes(predictor, test);
            new Training.Loop.Trainer(quantized.Network, training, null, QuantizedNetworks.Tuning)
            {
                Teacher = network,
            }.RunAsync().GetAwaiter().GetResult();
            double after = QuantizedNetworks.Mistakes(predictor, test);
            // Of 200: networks that rounding left almost whole may lose two by chance.
            Assert.True(after <= before + 2 && after <= 20, $"{before} mistakes before, {after} after");
        });
}
