namespace Cim.Compiler.Statistics;

/// <summary>Spearman's rank correlation: how alike two measures order things. Equal values share their mean rank.</summary>
internal static class RankCorrelation
{
    /// <summary>-1 to 1; NaN for fewer than two things, or where all values of one measure are equal.</summary>
    public static double Spearman(IReadOnlyList<double> a, IReadOnlyList<double> b)
    {
        double[] x = Ranks(a), y = Ranks(b);
        double mean = (x.Length - 1) / 2.0;
        (double xy, double xx, double yy) = (0, 0, 0);
        for (int i = 0; i < x.Length; i++)
            (xy, xx, yy) = (
                xy + ((x[i] - mean) * (y[i] - mean)), xx + ((x[i] - mean) * (x[i] - mean)), yy + ((y[i] - mean) * (y[i] - mean)));
        return xx > 0 && yy > 0 ? xy / Math.Sqrt(xx * yy) : double.NaN;
    }

    private static double[] Ranks(IReadOnlyList<double> values)
    {
        int[] order = [.. Enumerable.Range(0, values.Count).OrderBy(i => values[i]).ThenBy(i => i)];
        double[] ranks = new double[values.Count];
        for (int first = 0; first < order.Length;)
        {
            int last = first;
            while (last + 1 < order.Length && values[order[last + 1]] == values[order[first]]) last++;
            for (int i = first; i <= last; i++) ranks[order[i]] = (first + last) / 2.0;
            first = last + 1;
        }

        return ranks;
    }
}
