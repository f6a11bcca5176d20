using Cim.Runtime.RandomNumbers;

namespace Cim.Compiler.ColumnSharing;

/// <summary>
/// K-means over strips up to sign and shift: seeds by k-means++ (a strip is drawn in proportion to the loss increase it still has), then
/// assignment and least squares in turn; the best of several starts.
/// </summary>
internal static class StripClusters
{
    private const int Starts = 2, Rounds = 12;
    private const double Settled = 1e-4;

    /// <summary>Columns for a group.</summary>
    /// <param name="group">The strips.</param>
    /// <param name="columns">Columns, at least one.</param>
    /// <param name="seed">Of the draws.</param>
    public static ColumnClustering Find(StripGroup group, int columns, ulong seed)
    {
        (ColumnClustering? best, double least) = (null, double.PositiveInfinity);
        for (int start = 0; start < Starts; start++)
        {
            ColumnClustering found = Seeded(group, columns, new SplitMix(seed + ((ulong)start << 32)));
            double increase = Alternate(found);
            if (best is null || increase < least) (best, least) = (found, increase);
        }

        return best!;
    }

    /// <summary>Assigns and fits in turn until nothing is gained; returns the loss increase.</summary>
    public static double Alternate(ColumnClustering columns)
    {
        double increase = double.PositiveInfinity;
        for (int round = 0; round < Rounds; round++)
        {
            columns.Assign();
            if (columns.Revive()) columns.Assign();
            columns.Fit();
            double now = columns.LossIncrease();
            if (!(now < increase * (1 - Settled))) return now;
            increase = now;
        }

        return increase;
    }

    private static ColumnClustering Seeded(StripGroup group, int columns, SplitMix random)
    {
        var found = new ColumnClustering(group, columns, false);
        double[] increases = [.. group.Squares.Select((s, o) => s * group.Importance[o])];
        for (int j = 0; j < columns; j++)
        {
            double left = random.NextDouble() * increases.Sum();
            int drawn = 0;
            while (drawn < increases.Length - 1 && (left -= increases[drawn]) >= 0) drawn++;
            found.Seed(j, drawn);
            found.Consider(j, increases);
        }

        return found;
    }
}
