namespace Cim.Compiler.Scheduling.Copies;

/// <summary>
/// Copies that minimise the sum of the layers' times, exactly: dynamic programming over layers and arrays, a layer trying every number of
/// copies that shortens it.
/// </summary>
internal static class MinSumCopies
{
    // Of equal sums, which rounding may set apart, the one with most copies of the first layers.
    private const double Equal = 1 + 1e-12;

    /// <summary>The copies of each layer.</summary>
    /// <param name="layers">The layers.</param>
    /// <param name="extra">Arrays beside one copy of each layer.</param>
    public static long[] Of(IReadOnlyList<LayerLoad> layers, long extra)
    {
        int budget = checked((int)Math.Min(extra, layers.Sum(l => l.Arrays * (l.MostSets - 1))));
        if (budget <= 0) return [.. layers.Select(_ => 1L)];
        double[] best = new double[budget + 1];
        int[][] taken = new int[layers.Count][];
        double[] next = new double[budget + 1];
        for (int i = layers.Count - 1; i >= 0; i--)
        {
            LayerLoad layer = layers[i];
            (int Arrays, double Ns)[] options = [.. Options(layer, budget)];
            taken[i] = new int[budget + 1];
            for (int left = 0; left <= budget; left++)
            {
                (double least, int choice) = (double.PositiveInfinity, 0);
                for (int o = 0; o < options.Length && options[o].Arrays <= left; o++)
                {
                    double sum = options[o].Ns + best[left - options[o].Arrays];
                    if (sum <= least * Equal) (least, choice) = (Math.Min(sum, least), options[o].Arrays);
                }

                (next[left], taken[i][left]) = (least, choice);
            }

            (best, next) = (next, best);
        }

        long[] copies = new long[layers.Count];
        int remaining = budget;
        for (int i = 0; i < layers.Count; i++)
        {
            copies[i] = 1 + (taken[i][remaining] / layers[i].Arrays);
            remaining -= taken[i][remaining];
        }

        return copies;
    }

    private static IEnumerable<(int Arrays, double Ns)> Options(LayerLoad layer, int budget)
    {
        for (long copies = 1; copies > 0 && (copies - 1) * layer.Arrays <= budget; copies = layer.NextSets(copies))
            yield return ((int)((copies - 1) * layer.Arrays), layer.BusyNs(copies));
    }
}
