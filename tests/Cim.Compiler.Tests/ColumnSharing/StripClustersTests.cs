using Cim.Compiler.ColumnSharing;
using Xunit;

namespace Cim.Compiler.Tests.ColumnSharing;

/// <summary>Strips put into as many columns as their shapes allow.</summary>
public sealed class StripClustersTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 8)];

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

        StripGroup group = StripGroups.Random(random, weights, rows, strips);
        double nothing = new ColumnClustering(group, 1, false).LossIncrease();
        double increase = Enumerable.Range(0, 4).Min(s => StripClusters.Find(group, shapes, (ulong)s).LossIncrease());
        Assert.InRange(increase, 0, 1e-6 * nothing);
        if (shapes > 1) Assert.True(StripClusters.Find(group, 1, 1).LossIncrease() > 0.01 * nothing);
    }
}
