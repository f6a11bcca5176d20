using Cim.Training.PostTraining;

namespace Cim.Training.Pruning;

/// <summary>Chooses what to remove for the least estimated loss; ties go to the earlier position.</summary>
internal static class PruningSelection
{
    /// <summary>Removes single units with the lowest score per weight until the fraction of weights is reached.</summary>
    public static void RemoveUnits(
        IReadOnlyList<PrunedLayer> layers, IReadOnlyList<float[]> scores, PruningGranularity granularity, double fraction)
    {
        long total = layers.Sum(layer => (long)layer.Weights.Values.Length);
        long removed = layers.Sum(layer => (long)layer.Zeros);
        var units = new List<(double Score, int Layer, int[] Unit)>();
        for (int l = 0; l < layers.Count; l++)
        {
            foreach (int[] unit in layers[l].Units(granularity, 0).Where(layers[l].IsKept))
                units.Add((unit.Average(index => (double)scores[l][index]), l, unit));
        }

        foreach ((_, int l, int[] unit) in units.OrderBy(entry => entry.Score).ThenBy(entry => entry.Layer).ThenBy(entry => entry.Unit[0]))
        {
            if (removed >= fraction * total)
                return;
            removed += unit.Length;
            layers[l].Remove(unit);
        }
    }

    /// <summary>Empties the arrays whose weights have the least total score; each block of columns keeps one, so that no output becomes a
    /// constant.</summary>
    public static void EmptyArrays(IReadOnlyList<PrunedLayer> layers, IReadOnlyList<float[]> scores, double fraction)
    {
        var arrays = new List<(double Score, int Layer, int Array, int[] Unit)>();
        var left = new Dictionary<(int Layer, int Block), int>();
        for (int l = 0; l < layers.Count; l++)
        {
            int array = 0;
            foreach (int[] unit in layers[l].Units(PruningGranularity.Array, 0))
            {
                if (layers[l].IsKept(unit))
                {
                    arrays.Add((unit.Sum(index => (double)scores[l][index]), l, array, unit));
                    (int, int) block = (l, layers[l].ColumnBlockOf(array));
                    left[block] = left.GetValueOrDefault(block) + 1;
                }

                array++;
            }
        }

        int kept = arrays.Count;
        int before = layers.Sum(layer => layer.ArraysBefore);
        foreach ((_, int l, int array, int[] unit) in arrays.OrderBy(entry => entry.Score).ThenBy(entry => entry.Layer)
            .ThenBy(entry => entry.Array))
        {
            if (kept <= (1 - fraction) * before)
                return;
            (int, int) block = (l, layers[l].ColumnBlockOf(array));
            if (left[block] == 1)
                continue;
            layers[l].Remove(unit);
            left[block]--;
            kept--;
        }
    }

    /// <summary>
    /// Frees arrays one by one, each time where it costs the least estimated loss: the cost of an array is the sum of the scores of the
    /// units that must go until the rest of its block fits on one array fewer.
    /// </summary>
    public static void FreeArrays(
        IReadOnlyList<PrunedLayer> layers, IReadOnlyList<float[]> scores, PruningGranularity granularity, double fraction)
    {
        int before = layers.Sum(layer => layer.ArraysBefore);
        var queue = new PriorityQueue<(int Layer, int Block, List<int[]> Unit), (double Cost, int Layer, int Block)>();
        int arrays = 0;
        for (int l = 0; l < layers.Count; l++)
        {
            for (int block = 0; block < layers[l].Blocks(granularity); block++)
            {
                int kept = layers[l].Units(granularity, block).Count(layers[l].IsKept);
                arrays += (kept + layers[l].UnitsPerArray(granularity) - 1) / layers[l].UnitsPerArray(granularity);
                Offer(l, block);
            }
        }

        while (arrays > (1 - fraction) * before && queue.TryDequeue(out (int Layer, int Block, List<int[]> Units) choice, out _))
        {
            foreach (int[] unit in choice.Units)
                layers[choice.Layer].Remove(unit);
            arrays--;
            Offer(choice.Layer, choice.Block);
        }

        void Offer(int l, int block)
        {
            PrunedLayer layer = layers[l];
            List<(double Score, int[] Unit)> kept = [.. layer.Units(granularity, block).Where(layer.IsKept)
                .Select(unit => (unit.Sum(index => (double)scores[l][index]), unit))
                .OrderBy(entry => entry.Item1).ThenBy(entry => entry.unit[0])];
            int perArray = layer.UnitsPerArray(granularity);
            int needed = (kept.Count + perArray - 1) / perArray;

            // The last array of a block stays: without it outputs would be constants.
            if (needed <= 1)
                return;
            List<(double Score, int[] Unit)> going = kept[..(kept.Count - ((needed - 1) * perArray))];
            queue.Enqueue((l, block, [.. going.Select(entry => entry.Unit)]), (going.Sum(entry => entry.Score), l, block));
        }
    }
}
