using Cim.Compiler.Quantization;
using Cim.Tests.Shared;
using CsCheck;
using Xunit;

namespace Cim.Compiler.Tests.Quantization;

public sealed class DotProductTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(16)]
    [InlineData(31)]
    public void Whole_numbers_are_summed_exactly_at_every_length(int length)
    {
        float[] a = [.. Enumerable.Range(1, length).Select(i => (float)i)];
        float[] b = [.. Enumerable.Range(1, length).Select(i => (float)(3 - i))];
        Assert.Equal(Enumerable.Range(1, length).Sum(i => i * (3 - i)), DotProduct.Of(a, b));
    }

    [Fact]
    public void The_sum_is_that_of_doubles_but_for_rounding() =>
        Gen.Select(Gen.Float[-1, 1], Gen.Float[-1, 1]).Array[0, 200].Holds(200, pairs =>
        {
            float[] a = [.. pairs.Select(p => p.Item1)], b = [.. pairs.Select(p => p.Item2)];
            double expected = pairs.Sum(p => (double)p.Item1 * p.Item2), size = pairs.Sum(p => Math.Abs((double)p.Item1 * p.Item2));

            // Each of at most n / 8 + 8 additions rounds by half a unit of the largest partial sum.
            Assert.Equal(expected, DotProduct.Of(a, b), (size * ((pairs.Length / 8.0) + 9) * 6e-8) + 1e-30);
        });

    [Fact]
    public void Spans_of_other_lengths_are_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => DotProduct.Of(new float[3], new float[2]));
}
