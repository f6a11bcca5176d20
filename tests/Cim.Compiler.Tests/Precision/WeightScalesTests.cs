using Cim.Compiler.Ort;
using Cim.Compiler.Precision;
using Cim.Runtime;
using Xunit;

namespace Cim.Compiler.Tests.Precision;

/// <summary>Scales of weights.</summary>
public sealed class WeightScalesTests
{
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
    public void The_scale_of_binary_weights_has_the_least_squared_error()
    {
        var random = new NormalSequence(5);
        for (int trial = 0; trial < 50; trial++)
        {
            float[] w = [.. Enumerable.Range(0, 2 + trial).Select(_ => random.Next())];
            double[] importance = [.. w.Select(_ => 0.1 + Math.Abs(random.Next()))];
            float scale = WeightScales.Binary(w, importance);
            double best = Error(scale);
            foreach (double factor in new[] { 0.5, 0.9, 0.999, 1.001, 1.1, 2 }) Assert.True(Error(scale * factor) >= best);

            double Error(double s) => w.Zip(importance, (v, i) => i * (Math.Abs(v) - s) * (Math.Abs(v) - s)).Sum();
        }
    }
}
