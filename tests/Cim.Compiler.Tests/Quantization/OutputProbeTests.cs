using Cim.Compiler.Calibration;
using Cim.Compiler.Ir;
using Cim.Compiler.Ort;
using Cim.Compiler.Quantization;
using Cim.Compiler.Tests.Support;
using Cim.Runtime.Crossbar;
using Xunit;

namespace Cim.Compiler.Tests.Quantization;

public sealed class OutputProbeTests
{
    [Fact]
    public void A_quantizer_that_represents_every_input_has_no_error()
    {
        (OutputProbe probe, _) = Probe([1, 2, 3, -4, 5, -6]);
        Assert.Equal(0, probe.Error(new QuantizationParameters(1, 0, 8, true), probe.Weights([], 0), []), 12);
    }

    [Fact]
    public void The_error_is_that_of_the_output_in_units_of_its_variance()
    {
        // One input, weight 2: outputs 2x of variance 4 var(x); a step of 4 turns x into 0, 4, 4, 8.
        float[] x = [1, 3, 5, 7];
        (OutputProbe probe, _) = Probe(x);
        double[] rounded = [0, 4, 4, 8], difference = [.. x.Zip(rounded, (a, b) => b - a)];
        double mean = difference.Average();
        double expected = difference.Sum(d => (d - mean) * (d - mean)) / x.Sum(v => (v - 4) * (v - 4));
        Assert.Equal(expected, probe.Error(new QuantizationParameters(4, 0, 8, false), probe.Weights([], 0), []), 6);
    }

    [Fact]
    public void Divided_inputs_and_multiplied_weights_give_the_same_outputs()
    {
        (OutputProbe probe, MvmLayer layer) = Probe([1, 2, 3, -4]);
        Assert.Equal(layer.WeightMatrix.Span<float>()[0] * 4, probe.Weights([4], 0)[0]);
        Assert.Equal(0, probe.Error(new QuantizationParameters(0.25f, 0, 8, true), probe.Weights([4], 0), [4]), 12);
    }

    [Fact]
    public void The_outputs_that_vary_most_are_among_those_looked_at()
    {
        // One of 200 outputs reads the large values of input 1 and carries nearly all of what the layer gives.
        const int outputs = 200, large = 137, count = 256;
        float[] weights = new float[2 * outputs];
        for (int c = 0; c < outputs; c++) weights[c] = 0.01f;
        weights[outputs + large] = 1;
        Graph graph = RandomNetworks.Import(new ModelBuilder().Input("x", -1, 2).Output("y")
            .Constant("w", Cim.Runtime.Tensors.Tensor.Create<float>(new(2, outputs), weights)).Node("MatMul", "x w", "y").Bytes);
        MvmLayer layer = Assert.Single(MvmLayers.Find(graph));
        float[] x = [.. Enumerable.Range(0, count).SelectMany(i => new[] { i % 5 - 2f, i % 16 == 0 ? 50f : 0 })];
        float[] y = [.. Enumerable.Range(0, count).SelectMany(
            p => Enumerable.Range(0, outputs).Select(c => (x[2 * p] * weights[c]) + (x[(2 * p) + 1] * weights[outputs + c])))];
        var samples = new LayerSamples(count, x, y);
        var probe = new OutputProbe(layer, ProbedPositions.Of(layer, samples), samples);
        float[] all = probe.Weights([], 0);
        Assert.True(probe.Error(new QuantizationParameters(2f / 127, 0, 8, true), all, [])
            > 10 * probe.Error(new QuantizationParameters(50f / 127, 0, 8, true), all, []));
    }

    private static (OutputProbe, MvmLayer) Probe(float[] x)
    {
        Graph graph = RandomNetworks.Import(new ModelBuilder().Input("x", -1, 1).Output("y")
            .Constant("w", Cim.Runtime.Tensors.Tensor.Create<float>(new(1, 1), [2f])).Node("MatMul", "x w", "y").Bytes);
        MvmLayer layer = Assert.Single(MvmLayers.Find(graph));
        var samples = new LayerSamples(x.Length, x, [.. x.Select(v => 2 * v)]);
        return (new OutputProbe(layer, ProbedPositions.Of(layer, samples), samples), layer);
    }
}
