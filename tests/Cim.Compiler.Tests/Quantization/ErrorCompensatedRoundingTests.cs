using Cim.Compiler.Ort;
using Cim.Compiler.Precision;
using Cim.Compiler.Quantization;
using Cim.Runtime;
using Xunit;

namespace Cim.Compiler.Tests.Quantization;

/// <summary>Rounding that makes up for its errors in weights not rounded yet.</summary>
public sealed class ErrorCompensatedRoundingTests
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
}
