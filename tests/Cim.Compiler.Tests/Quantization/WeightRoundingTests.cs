using Cim.Compiler.Calibration;
using Cim.Compiler.Ir;
using Cim.Compiler.Ort;
using Cim.Compiler.Precision;
using Cim.Compiler.Quantization;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Cim.Runtime.Tensors;
using Cim.Training.Numerics;
using Xunit;

namespace Cim.Compiler.Tests.Quantization;

public sealed class WeightRoundingTests
{
    /// <summary>A random covariance with correlated inputs, as convolutions have.</summary>
    private static double[] Covariance(int n, NormalSequence random)
    {
        double[,] factor = new double[n, n + 3];
        for (int i = 0; i < n; i++)
            for (int k = 0; k < n + 3; k++) factor[i, k] = random.Next() + (k == 0 ? 2 : 0);
        double[] h = new double[n * n];
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
            {
                for (int k = 0; k < n + 3; k++) h[(i * n) + j] += factor[i, k] * factor[j, k];
                if (i == j) h[(i * n) + j] += 0.1;
            }

        return h;
    }

    private static double Loss(double[] h, ReadOnlySpan<float> w, ReadOnlySpan<sbyte> q, double s)
    {
        int n = w.Length;
        double loss = 0;
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++) loss += h[(i * n) + j] * (w[i] - (q[i] * s)) * (w[j] - (q[j] * s));
        return loss;
    }

    [Fact]
    public void Error_compensation_beats_rounding_to_nearest()
    {
        var random = new NormalSequence(11);
        double compensated = 0, nearest = 0;
        for (int trial = 0; trial < 30; trial++)
        {
            int n = 3 + trial, bits = 2 + (trial % 4);
            double[] h = Covariance(n, random);
            float[] w = [.. Enumerable.Range(0, n).Select(_ => random.Next())];
            float scale = WeightScales.Search(w, [], bits);
            int levels = WeightScales.Levels(bits);
            sbyte[] rounded = [.. w.Select(v => (sbyte)WeightScales.Round(v / (double)scale, levels))], q = new sbyte[n];
            float s = ErrorCompensatedRounding.Create(h, n)!.Round(w, scale, bits, q);
            Assert.All(q, v => Assert.InRange(v, -levels, levels));
            Assert.True(s > 0);
            double now = Loss(h, w, q, s), before = Loss(h, w, rounded, scale);
            compensated += now;
            nearest += before;
        }

        Assert.True(compensated < 0.6 * nearest, $"{compensated} against {nearest}");
    }

    [Fact]
    public void With_uncorrelated_inputs_and_a_fixed_point_nothing_is_changed()
    {
        // Weights that are representable stay what they are.
        float[] w = [0.5f, -1.5f, 1.0f, 0, -0.5f];
        double[] h = new double[25];
        for (int i = 0; i < 5; i++) h[i * 6] = 1 + i;
        sbyte[] q = new sbyte[5];
        float s = ErrorCompensatedRounding.Create(h, 5)!.Round(w, 0.5f, 3, q);
        Assert.Equal(new sbyte[] { 1, -3, 2, 0, -1 }, q);
        Assert.Equal(0.5f, s, 6);
    }

    [Fact]
    public void Cholesky_and_solve_invert_the_matrix()
    {
        var random = new NormalSequence(5);
        for (int n = 1; n <= 17; n++)
        {
            double[] h = Covariance(n, random), x = [.. Enumerable.Range(0, n).Select(_ => (double)random.Next())], b = new double[n];
            for (int i = 0; i < n; i++)
                for (int j = 0; j < n; j++) b[i] += h[(i * n) + j] * x[j];
            double[] lower = SymmetricMatrix.Cholesky(h, n)!;
            SymmetricMatrix.Solve(lower, SymmetricMatrix.Transpose(lower, n), n, b);
            for (int i = 0; i < n; i++) Assert.Equal(x[i], b[i], 6);
        }
    }

    [Fact]
    public void An_indefinite_matrix_has_no_factor() => Assert.Null(SymmetricMatrix.Cholesky([1, 2, 2, 1], 2));

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(8)]
    public void The_scale_search_is_at_least_as_good_as_the_largest_weight(int bits)
    {
        var random = new NormalSequence((ulong)bits);
        int levels = WeightScales.Levels(bits);
        for (int trial = 0; trial < 20; trial++)
        {
            float[] w = [.. Enumerable.Range(0, 50).Select(_ => random.Next())];
            double Error(double s) => w.Sum(v => Math.Pow(v - (WeightScales.Round(v / s, levels) * s), 2));
            Assert.True(Error(WeightScales.Search(w, [], bits)) <= Error(w.Max(Math.Abs) / (double)levels) * (1 + 1e-3));
        }
    }

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
}
