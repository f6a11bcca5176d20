using Cim.Compiler.Calibration;
using Cim.Compiler.Ir;
using Cim.Compiler.Quantization;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Cim.Runtime.Tensors;
using Xunit;

namespace Cim.Compiler.Tests.Quantization;

/// <summary>Real weights to integers and scales.</summary>
public sealed class WeightQuantizerTests
{
    [Fact]
    public void Weights_that_were_pruned_stay_zero_although_fitting_again_would_want_them()
    {
        var random = new Random(3);
        Graph graph = RandomNetworks.Import(RandomNetworks.Chain(1));
        MvmLayer layer = MvmLayers.Find(graph).First(l => l.Groups == 1);
        int rows = layer.RowsPerGroup, outputs = layer.Outputs, samples = 4 * rows;
        float[] weights = [.. Enumerable.Range(0, outputs * rows).Select(_ => random.Next(3) == 0 ? 0 : random.NextSingle() - 0.5f)];
        layer = layer.WithData(() => Tensor.Create<float>(new Shape(outputs, rows), weights), () => null);
        float[] x = [.. Enumerable.Range(0, samples * rows).Select(_ => random.NextSingle() - 0.5f)];
        float[] covariance = new float[rows * rows], cross = new float[rows * outputs];
        double[] squares = new double[rows];
        for (int n = 0; n < samples; n++)
            for (int i = 0; i < rows; i++)
            {
                squares[i] += (double)x[(n * rows) + i] * x[(n * rows) + i] / samples;
                for (int j = 0; j < rows; j++) covariance[(i * rows) + j] += x[(n * rows) + i] * x[(n * rows) + j] / samples;
                // Outputs that have a part of every input: without pruning each weight would be wanted.
                for (int o = 0; o < outputs; o++)
                    cross[(i * outputs) + o] += x[(n * rows) + i] * x[(n * rows) + ((i + o) % rows)] / samples;
            }

        LayerWeights quantized = WeightQuantizer.Compensated(
            layer, 4, new LayerStatistics(samples, new float[rows], new float[outputs], squares, covariance, cross));
        for (int i = 0; i < weights.Length; i++)
            if (weights[i] == 0) Assert.Equal(0, quantized.Integers[i]);
        Assert.Contains(quantized.Integers, q => q != 0);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    public void Nearest_leaves_no_weight_inside_the_range_further_from_its_integer_than_half_a_step(int bits)
    {
        Graph graph = RandomNetworks.Import(RandomNetworks.Chain(2));
        int limit = (1 << (bits - 1)) - 1;
        foreach (MvmLayer layer in MvmLayers.Find(graph))
        {
            LayerWeights quantized = WeightQuantizer.Nearest(layer, bits, null);
            ReadOnlySpan<float> weights = layer.WeightMatrix.Span<float>();
            for (int i = 0; i < weights.Length; i++)
            {
                int q = quantized.Integers[i];
                float scale = quantized.Scales[i / layer.RowsPerGroup];
                Assert.InRange(q, -limit, limit);
                if (Math.Abs(weights[i]) <= limit * scale)
                    Assert.True(Math.Abs(weights[i] - (q * scale)) <= 0.50001 * scale, $"{weights[i]} as {q} times {scale}");
                else Assert.Equal(Math.Sign(weights[i]) * limit, q);
            }

            Assert.Equal(layer.Bias ?? new float[layer.Outputs], quantized.Bias);
        }
    }
}
