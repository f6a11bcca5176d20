using Cim.Compiler.Statistics;
using Xunit;

namespace Cim.Compiler.Tests.Statistics;

public sealed class RankCorrelationTests
{
    [Theory]
    [InlineData(new double[] { 1, 2, 3, 4 }, new double[] { 10, 20, 30, 400 }, 1)]
    [InlineData(new double[] { 1, 2, 3, 4 }, new double[] { 4, 3, 2, 1 }, -1)]
    [InlineData(new double[] { 1, 2, 3, 4, 5 }, new double[] { 2, 1, 4, 3, 5 }, 0.8)]
    [InlineData(new double[] { 1, 1, 2 }, new double[] { 1, 2, 3 }, 0.8660254)]
    public void Rank_correlation_is_Spearmans(double[] a, double[] b, double expected) =>
        Assert.Equal(expected, RankCorrelation.Spearman(a, b), 6);

    [Fact]
    public void Things_of_one_rank_have_no_correlation() => Assert.True(double.IsNaN(RankCorrelation.Spearman([1, 1], [1, 2])));
}
