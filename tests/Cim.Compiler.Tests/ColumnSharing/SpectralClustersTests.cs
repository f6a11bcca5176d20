using Cim.Compiler.ColumnSharing;
using Xunit;

namespace Cim.Compiler.Tests.ColumnSharing;

/// <summary>Parts that strips have in common.</summary>
public sealed class SpectralClustersTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 8)];

    [Theory, MemberData(nameof(Seeds))]
    public void More_columns_lower_the_loss_and_differences_of_single_columns_serve_better_than_pairs(int seed)
    {
        var random = new Random(seed);
        int rows = 32, strips = 40;
        float[] weights = [.. Enumerable.Range(0, strips * rows).Select(_ => (float)(random.NextDouble() - 0.5) * 100)];
        StripGroup group = StripGroups.Random(random, weights, rows, strips);
        var spectral = new SpectralClusters(group);
        double[] pairs = [.. new[] { 4, 10, 20, 30 }.Select(k => StripClusters.Find(group, k, 1).LossIncrease())];
        double[] parts = [.. new[] { 8, 20, 40, 60 }.Select(k => spectral.Find(k, 1).LossIncrease())];
        Assert.Equal(pairs.OrderDescending(), pairs);
        Assert.Equal(parts.OrderDescending(), parts);
        // As many cells: differences of single columns serve strips better than pairs of columns.
        Assert.True(parts[2] < pairs[2], $"{parts[2]} {pairs[2]}");
        Assert.Equal(spectral.Find(20, 1).Combinations, spectral.Find(20, 1).Combinations);
    }

    [Fact]
    public void Parts_that_two_shapes_have_in_common_are_shared_although_no_two_strips_are_alike()
    {
        // Eight strips from four positive parts: a - b, b - a, a - c, ... with disjoint rows, so the parts are what the strips show.
        int rows = 32;
        float[][] part = [
            .. Enumerable.Range(0, 4).Select(p => Enumerable.Range(0, rows).Select(r => r / 8 == p ? 4f + (r % 3) : 0f).ToArray())];
        (int, int)[] pairs = [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3), (1, 0), (3, 2)];
        float[] weights = [.. pairs.SelectMany(p => Enumerable.Range(0, rows).Select(r => part[p.Item1][r] - part[p.Item2][r]))];
        var group = new StripGroup(weights, rows, [.. Enumerable.Repeat(1.0, rows)], [.. Enumerable.Repeat(1.0, 8)],
            [.. Enumerable.Repeat(1.0, 8)], new int[8], 4);
        ColumnClustering found = new SpectralClusters(group).Find(4, 0);
        Assert.InRange(found.LossIncrease(), 0, 1e-9);
        Assert.All(found.Combinations, t => Assert.True(t is { Plus: >= 0, Minus: >= 0 }));
    }
}
