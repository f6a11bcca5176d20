using Cim.Compiler.Ir;
using Cim.Compiler.Ort;
using Cim.Compiler.Precision;
using Cim.Compiler.Quantization;
using Cim.Compiler.Tests.Support;
using Cim.Runtime.Tensors;
using Xunit;

namespace Cim.Compiler.Tests.Quantization;

/// <summary>A float network becomes one with explicit quantizers.</summary>
public sealed class PostTrainingQuantizerTests
{
    [Theory, InlineData(1), InlineData(2), InlineData(3)]
    public void Eight_bits_stay_near_the_float_network_and_fewer_bits_are_further_away(int seed)
    {
        Graph graph = RandomNetworks.Import(RandomNetworks.Chain(seed));
        double[] errors = [.. new[] { 8, 4, 2 }.Select(bits => Error(graph, QuantizedNetworks.Quantize(
            graph, QuantizedNetworks.Uniform(graph, bits, bits))))];
        Assert.InRange(errors[0], 0, 0.03);
        Assert.True(errors[0] < errors[1] && errors[1] < errors[2], string.Join(' ', errors));
    }

    [Fact]
    public void Every_layer_has_the_widths_of_the_policy()
    {
        Graph graph = RandomNetworks.Import(RandomNetworks.Chain(1));
        MvmLayer[] layers = [.. MvmLayers.Find(graph)];
        var policy = new QuantizationPolicy([.. layers.Select((l, i) => new LayerPrecision(l.NodeName, 2 + i, 8 - i, 0))]);
        QuantizationPolicy own = PrequantizedPrecision.Apply(
            QuantizedNetworks.Quantize(graph, policy), QuantizedNetworks.Uniform(graph, 8));
        Assert.Equal(policy.Layers.AsEnumerable(), own.Layers);
    }

    [Fact]
    public void What_is_quantized_already_stays_as_it_is()
    {
        Graph graph = RandomNetworks.Import(RandomNetworks.Chain(2));
        Graph quantized = QuantizedNetworks.Quantize(graph, QuantizedNetworks.Uniform(graph, 4));
        Graph again = QuantizedNetworks.Quantize(quantized, QuantizedNetworks.Uniform(graph, 8));
        Assert.Equal(GraphText.Write(quantized), GraphText.Write(again));
    }

    [Fact]
    public void Without_data_weights_are_rounded_to_the_nearest()
    {
        Graph graph = RandomNetworks.Import(RandomNetworks.Chain(1));
        GraphInput input = GraphInput.Of(graph);
        Graph quantized = new PostTrainingQuantizer(new QuantizerOptions()).Quantize(
            graph, input, CalibrationData.Random(input, 1), QuantizedNetworks.Uniform(graph, 5), null, default);
        Assert.All(MvmLayers.Find(graph).Zip(MvmLayers.Find(quantized)), pair => Assert.Equal(
            WeightQuantizer.Nearest(pair.First, 5, null).Integers.AsEnumerable(),
            QuantizedWeights.Read(quantized, pair.Second)!.Integers.Span<sbyte>().ToArray()));
    }

    [Fact]
    public void A_quantizer_that_has_measured_a_network_gives_what_a_new_one_gives()
    {
        Graph graph = RandomNetworks.Import(RandomNetworks.Chain(3));
        GraphInput input = GraphInput.Of(graph);
        var used = new PostTrainingQuantizer(new QuantizerOptions());
        foreach (ulong seed in new ulong[] { 7, 8 })
        {
            var data = new CalibrationData(RandomNetworks.Samples(24, input.SampleElements, seed), 24, false);
            foreach (int bits in new[] { 8, 4, 6, 4 })
                Assert.Equal(Text(new PostTrainingQuantizer(new QuantizerOptions()), data, bits), Text(used, data, bits));
        }

        string Text(PostTrainingQuantizer quantizer, CalibrationData data, int bits) =>
            GraphText.Write(quantizer.Quantize(graph, input, data, QuantizedNetworks.Uniform(graph, bits, bits), null, default));
    }

    private static double Error(Graph graph, Graph quantized)
    {
        var inputs = new Dictionary<string, Tensor>
        {
            ["x"] = Tensor.Create<float>(graph.Values["x"].Shape.Bind(16),
                RandomNetworks.Samples(16, GraphInput.Of(graph).SampleElements, 99)),
        };
        float[] a = GraphEvaluator.Run(graph, inputs)["y"].Span<float>().ToArray();
        float[] b = GraphEvaluator.Run(quantized, inputs)["y"].Span<float>().ToArray();
        return Math.Sqrt(a.Zip(b, (x, y) => (double)(x - y) * (x - y)).Sum() / a.Sum(x => (double)x * x));
    }
}
