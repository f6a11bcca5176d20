using Cim.Compiler.ColumnSharing;
using Cim.Compiler.Statistics;
using Xunit;

namespace Cim.Compiler.Tests.ColumnSharing;

/// <summary>The clusters strips are put into.</summary>
public sealed class ClusteringTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 8)];

    [Theory, MemberData(nameof(Seeds))]
    public void Eigenvectors_are_orthonormal_and_give_the_matrix_back(int seed)
    {
        var random = new Random(seed);
        int n = seed < 3 ? seed + 1 : random.Next(4, 60);
        double[] a = new double[n * n];
        for (int i = 0; i < n; i++)
            for (int j = 0; j <= i; j++) a[(i * n) + j] = a[(j * n) + i] = random.Next(4) == 0 ? 0 : random.NextDouble() - 0.5;
        if (seed == 7) Array.Clear(a);
        (double[] values, double[] vectors) = SymmetricEigen.Of(a, n);
        Assert.Equal(values.Order(), values);
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
            {
                double product = 0, again = 0;
                for (int k = 0; k < n; k++)
                {
                    product += vectors[(k * n) + i] * vectors[(k * n) + j];
                    again += values[k] * vectors[(i * n) + k] * vectors[(j * n) + k];
                }

                Assert.Equal(i == j ? 1 : 0, product, 1e-10);
                Assert.Equal(a[(i * n) + j], again, 1e-10);
            }
    }

    [Theory, MemberData(nameof(Seeds))]
    public void As_many_columns_as_shapes_up_to_sign_and_power_of_two_lose_nothing(int seed)
    {
        var random = new Random(seed);
        int shapes = random.Next(1, 6), rows = random.Next(8, 33), strips = shapes * 6;
        float[] shape = [.. Enumerable.Range(0, shapes * rows).Select(_ => (float)random.Next(-7, 8))];
        float[] weights = new float[strips * rows];
        for (int o = 0; o < strips; o++)
        {
            float gain = (random.Next(2) == 0 ? 1 : -1) * (1 << random.Next(5));
            for (int r = 0; r < rows; r++) weights[(o * rows) + r] = gain * shape[(o % shapes * rows) + r];
        }

        StripGroup group = Group(random, weights, rows, strips);
        double nothing = new ColumnClustering(group, 1, false).LossIncrease();
        double increase = Enumerable.Range(0, 4).Min(s => StripClusters.Find(group, shapes, (ulong)s).LossIncrease());
        Assert.InRange(increase, 0, 1e-6 * nothing);
        if (shapes > 1) Assert.True(StripClusters.Find(group, 1, 1).LossIncrease() > 0.01 * nothing);
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Assigning_and_fitting_never_raise_the_loss_and_more_columns_lower_it(int seed)
    {
        var random = new Random(seed);
        int rows = 32, strips = 40;
        float[] weights = [.. Enumerable.Range(0, strips * rows).Select(_ => (float)(random.NextDouble() - 0.5) * 100)];
        StripGroup group = Group(random, weights, rows, strips);
        foreach (bool split in new[] { false, true })
        {
            var columns = new ColumnClustering(group, 12, split);
            for (int j = 0; j < 12; j++) columns.Seed(j, j * 3);
            columns.Assign();
            double increase = columns.LossIncrease();
            for (int round = 0; round < 5; round++)
            {
                columns.Fit();
                double fitted = columns.LossIncrease();
                Assert.True(fitted <= increase * 1.000001, $"fit {increase} -> {fitted}");
                columns.Assign();
                increase = columns.LossIncrease();
                Assert.True(increase <= fitted * 1.000001, $"assign {fitted} -> {increase}");
            }
        }

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

    private static StripGroup Group(Random random, float[] weights, int rows, int strips) => new(
        weights, rows, [.. Enumerable.Range(0, rows).Select(_ => 0.1 + random.NextDouble())],
        [.. Enumerable.Range(0, strips).Select(_ => 0.1 + random.NextDouble())],
        [.. Enumerable.Repeat(1.0, strips)], [.. Enumerable.Repeat(4, strips)], 4);
}
