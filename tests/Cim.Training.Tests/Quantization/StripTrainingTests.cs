using Cim.Training.Data;
using Cim.Training.Engine;
using Cim.Training.Losses;
using Cim.Training.Ort;
using Cim.Training.Quantization;
using Xunit;

namespace Cim.Training.Tests.Quantization;

/// <summary>Layers whose strips, one output on one tile of rows, have widths and shifts of their own.</summary>
public sealed class StripTrainingTests
{
    private static readonly int[] _widths = [8, 6, 4, 3, 2, 0];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Codes_are_multiples_of_two_to_the_shift_within_the_width_of_their_strip(int seed)
    {
        (QuantizedNetwork network, Dictionary<string, StripPrecision> strips) = Create(seed);
        foreach (QuantizedLayer layer in network.Layers)
        {
            StripPrecision own = strips[layer.Name];
            int[] codes = layer.Codes();
            for (int i = 0; i < codes.Length; i++)
            {
                (int output, int row) = (i / layer.Layout.Inputs, i % layer.Layout.Inputs);
                (int bits, int shift) = (own.Bits[own.TileOfRow[row]][output], own.Shifts[own.TileOfRow[row]][output]);
                Assert.Equal(0, codes[i] % (1 << shift));
                Assert.InRange(Math.Abs(codes[i] >> shift), 0, bits == 0 ? 0 : (1 << (bits - 1)) - 1);
            }

            Assert.Contains(codes, code => code != 0);
        }
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void Forward_pass_equals_integer_arithmetic(int seed)
    {
        (QuantizedNetwork network, _) = Create(seed);
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
    public void Strips_of_one_width_without_shifts_are_a_layer_of_that_width_with_the_same_gradients()
    {
        var plain = new QuantizationOptions { WeightBits = 3, ActivationBits = 8, EdgeBits = 0 };
        SampleSet samples = SmallNetworks.Quadrants(16, 3);
        QuantizedNetwork expected = QuantizedNetwork.Create(SmallNetworks.Dense(1), samples, plain);
        QuantizedNetwork actual = QuantizedNetwork.Create(SmallNetworks.Dense(1), samples, plain with
        {
            Strips = expected.Layers.ToDictionary(layer => layer.Name, layer => Strips(layer, _ => 3, _ => 0), StringComparer.Ordinal),
        });
        Assert.All(expected.Layers.Zip(actual.Layers), pair => Assert.Equal(pair.First.WeightStep.Values, pair.Second.WeightStep.Values));
        (float[][] one, float[][] other) = (Gradients(expected, samples), Gradients(actual, samples));
        Assert.All(one.Zip(other), pair => Assert.All(pair.First.Zip(pair.Second), g => Assert.Equal(g.First, g.Second, 1e-6f)));
        Assert.Contains(one, gradient => gradient.Any(value => value != 0));
    }

    [Fact]
    public void A_strip_of_no_bits_has_no_weights_and_gets_no_gradient()
    {
        (QuantizedNetwork network, Dictionary<string, StripPrecision> strips) = Create(7);
        SampleSet samples = SmallNetworks.Quadrants(16, 3);
        float[][] gradients = Gradients(network, samples);
        int pruned = 0;
        foreach (QuantizedLayer layer in network.Layers)
        {
            float[] gradient = gradients[network.Network.Parameters.ToList().IndexOf(layer.Weights)];
            for (int o = 0; o < layer.Layout.Outputs; o++)
            {
                for (int i = 0; i < layer.Layout.Inputs; i++)
                {
                    if (strips[layer.Name].Levels(o, i) > 0)
                        continue;
                    pruned++;
                    Assert.Equal(0, layer.Codes()[(o * layer.Layout.Inputs) + i]);
                    Assert.Equal(0, gradient[layer.Layout.Index(o, i)]);
                }
            }
        }

        Assert.True(pruned > 20, $"{pruned} pruned weights");
    }

    [Fact]
    public void Widths_are_inputs_of_one_session()
    {
        (QuantizedNetwork network, _) = Create(8);
        SampleSet samples = SmallNetworks.Quadrants(16, 5);
        using Predictor predictor = network.CreatePredictor(16);
        float[] before = predictor.Predict(samples);
        foreach (QuantizedLayer layer in network.Layers)
            layer.SetStrips(Strips(layer, i => i % 2 == 0 ? 2 : 4, i => i % 2 == 0 ? 3 : 1));
        network.InitializeSteps(samples);
        float[] after = predictor.Predict(samples);
        Assert.NotEqual(before, after);
        using Predictor fresh = network.CreatePredictor(16);
        Assert.Equal(fresh.Predict(samples), after);
    }

    [Fact]
    public void Widths_that_do_not_fit_the_layer_or_eight_bits_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new StripPrecision([0, 1], [[8, 2]], [[0, 0]]));
        Assert.Throws<ArgumentException>(() => new StripPrecision([0, 0], [[8, 2]], [[0]]));
        Assert.Throws<ArgumentException>(() => new StripPrecision([0, 0], [[6, 2]], [[3, 0]]));
        Assert.Throws<ArgumentException>(() => new StripPrecision([0, 0], [[1, 2]], [[0, 0]]));
        QuantizedNetwork plain = QuantizedNetwork.Create(SmallNetworks.Dense(1), SmallNetworks.Quadrants(16, 3), new QuantizationOptions());
        Assert.Throws<InvalidOperationException>(() => plain.Layers[0].SetStrips(Strips(plain.Layers[0], _ => 4, _ => 0)));
    }

    private static (QuantizedNetwork Network, Dictionary<string, StripPrecision> Strips) Create(int seed)
    {
        var random = new Random(seed);
        SampleSet samples = SmallNetworks.Quadrants(64, 4);
        QuantizedNetwork shape = QuantizedNetwork.Create(SmallNetworks.Dense(3), samples, new QuantizationOptions());
        Dictionary<string, StripPrecision> strips = shape.Layers.ToDictionary(
            layer =>
                layer.Name, layer =>
                Strips(layer, _ => _widths[random.Next(_widths.Length)], bits => bits == 0 ? 0 : random.Next(9 - bits)),
                StringComparer.Ordinal);
        return (QuantizedNetwork.Create(SmallNetworks.Dense(3), samples, new QuantizationOptions { Strips = strips, EdgeBits = 0 }),
            strips);
    }

    /// <summary>Tiles of five rows that do not lie side by side; the shift may depend on the width, or both on the strip's
    /// number.</summary>
    private static StripPrecision Strips(QuantizedLayer layer, Func<int, int> bits, Func<int, int> shift)
    {
        int tiles = (layer.Layout.Inputs + 4) / 5, outputs = layer.Layout.Outputs;
        int[][] widths = [
            .. Enumerable.Range(0, tiles).Select(t => Enumerable.Range(0, outputs).Select(o => bits((t * outputs) + o)).ToArray())];
        return new StripPrecision([.. Enumerable.Range(0, layer.Layout.Inputs).Select(r => r % tiles)], widths,
            [.. widths.Select(tile => tile.Select(shift).ToArray())]);
    }

    private static float[][] Gradients(QuantizedNetwork network, SampleSet samples)
    {
        using var engine = new OrtGradientEngine(new GradientRequest(network.Network, new CrossEntropy(), samples.Count) { Parts = 1 });
        var targets = new float[samples.Count * 4];
        for (int i = 0; i < samples.Count; i++)
            targets[(i * 4) + samples.Labels![i]] = 1;
        engine.Run(new Dictionary<string, float[]> { ["input"] = samples.Values, [Objective.Targets] = targets });
        return [.. network.Network.Parameters.Select(
            parameter => engine.Gradients[engine.Parameters.ToList().IndexOf(parameter)].ToArray())];
    }
}
