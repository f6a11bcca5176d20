using Cim.Compiler.Precision;
using Cim.Tests.Shared;
using CsCheck;
using Xunit;

namespace Cim.Compiler.Tests.Precision;

/// <summary>Scales of weights.</summary>
public sealed class WeightScalesTests
{
    /// <summary>Positive and negative weights, none of them next to nothing.</summary>
    private static readonly Gen<float[]> _weights =
        Gen.Select(Gen.Float[0.01f, 3], Gen.Bool, (size, negative) => negative ? -size : size).Array[2, 50];

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(8)]
    public void The_scale_search_is_at_least_as_good_as_the_largest_weight(int bits) => _weights.Holds(20, w =>
    {
        int levels = WeightScales.Levels(bits);
        Assert.True(Error(WeightScales.Search(w, [], bits)) <= Error(w.Max(Math.Abs) / (double)levels) * (1 + 1e-3));

        double Error(double s) => w.Sum(v => Math.Pow(v - (WeightScales.Round(v / s, levels) * s), 2));
    });

    [Fact]
    public void The_scale_of_binary_weights_has_the_least_squared_error() =>
        Gen.Select(_weights, Gen.Double[0.1, 3].Array[50]).Holds(50, (w, all) =>
    {
        double[] importance = all[..w.Length];
        float scale = WeightScales.Binary(w, importance);
        double best = Error(scale);
        foreach (double factor in new[] { 0.5, 0.9, 0.999, 1.001, 1.1, 2 }) Assert.True(Error(scale * factor) >= best);

        double Error(double s) => w.Zip(importance, (v, i) => i * (Math.Abs(v) - s) * (Math.Abs(v) - s)).Sum();
    });
}
