using Cim.Compiler.ColumnSharing;
using Cim.Tests.Shared;
using CsCheck;
using Xunit;

namespace Cim.Compiler.Tests.ColumnSharing;

/// <summary>Columns and the strips assigned to them, in turn.</summary>
public sealed class ColumnClusteringTests
{
    [Fact]
    public void Assigning_and_fitting_never_raise_the_loss() => Gen.Int[0, 1_000_000].Holds(8, seed =>
    {
        var random = new Random(seed);
        int rows = 32, strips = 40;
        float[] weights = [.. Enumerable.Range(0, strips * rows).Select(_ => (float)(random.NextDouble() - 0.5) * 100)];
        StripGroup group = StripGroups.Random(random, weights, rows, strips);
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
    });
}
