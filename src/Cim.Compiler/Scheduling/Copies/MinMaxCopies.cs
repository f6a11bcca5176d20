namespace Cim.Compiler.Scheduling.Copies;

/// <summary>
/// Copies that minimise the time of the slowest layer: the slowest gets the copies that shorten it, until they do not fit. No other
/// choice has a faster slowest layer, because that one layer takes fewer arrays in no other way.
/// </summary>
internal static class MinMaxCopies
{
    /// <summary>The copies of each layer.</summary>
    /// <param name="layers">The layers.</param>
    /// <param name="extra">Arrays beside one copy of each layer.</param>
    public static long[] Of(IReadOnlyList<LayerLoad> layers, long extra)
    {
        long[] copies = [.. layers.Select(_ => 1L)];
        var slowest = new PriorityQueue<int, (double, int)>();
        for (int i = 0; i < layers.Count; i++) slowest.Enqueue(i, (-layers[i].BusyNs(1), i));
        while (slowest.TryDequeue(out int layer, out _))
        {
            long more = layers[layer].NextSets(copies[layer]), arrays = (more - copies[layer]) * layers[layer].Arrays;
            if (more == 0 || arrays > extra) break;
            extra -= arrays;
            copies[layer] = more;
            slowest.Enqueue(layer, (-layers[layer].BusyNs(more), layer));
        }

        return copies;
    }
}
