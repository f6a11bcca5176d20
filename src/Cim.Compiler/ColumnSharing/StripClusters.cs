using Cim.Compiler.Statistics;

namespace Cim.Compiler.ColumnSharing;

/// <summary>
/// K-means over strips up to sign and shift: seeds by k-means++ (a strip is drawn in proportion to the harm it still has), then
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
    public static SharedColumns Find(StripGroup group, int columns, ulong seed)
    {
        (SharedColumns? best, double least) = (null, double.PositiveInfinity);
        for (int start = 0; start < Starts; start++)
        {
            SharedColumns found = Seeded(group, columns, new SplitMix(seed + ((ulong)start << 32)));
            double harm = Alternate(found);
            if (best is null || harm < least) (best, least) = (found, harm);
        }

        return best!;
    }

    /// <summary>Assigns and fits in turn until nothing is gained; returns the harm.</summary>
    public static double Alternate(SharedColumns columns)
    {
        double harm = double.PositiveInfinity;
        for (int round = 0; round < Rounds; round++)
        {
            columns.Assign();
            if (columns.Revive()) columns.Assign();
            columns.Fit();
            double now = columns.Harm();
            if (!(now < harm * (1 - Settled))) return now;
            harm = now;
        }

        return harm;
    }

    private static SharedColumns Seeded(StripGroup group, int columns, SplitMix random)
    {
        var found = new SharedColumns(group, columns, false);
        double[] harms = [.. group.Squares.Select((s, o) => s * group.Importance[o])];
        for (int j = 0; j < columns; j++)
        {
            double left = random.NextDouble() * harms.Sum();
            int drawn = 0;
            while (drawn < harms.Length - 1 && (left -= harms[drawn]) >= 0) drawn++;
            found.Seed(j, drawn);
            found.Consider(j, harms);
        }

        return found;
    }
}
