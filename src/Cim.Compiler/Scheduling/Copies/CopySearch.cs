namespace Cim.Compiler.Scheduling.Copies;

/// <summary>How good copies are: the schedule's time first, then the sum of the layers' ends, so that a step counts that shortens one of
/// several equally slow layers.</summary>
internal readonly record struct CopyScore(double Ns, double Ends) : IComparable<CopyScore>
{
    /// <inheritdoc/>
    public int CompareTo(CopyScore other)
    {
        // Sums of many times in another order differ in their last bits.
        double tolerance = 1e-12 * Math.Max(Ns, other.Ns);
        return Math.Abs(Ns - other.Ns) > tolerance ? Ns.CompareTo(other.Ns) : Ends.CompareTo(other.Ends);
    }
}

/// <summary>
/// Looks for the copies with the shortest schedule: from the published ways to place copies and from thresholds between them, by steps
/// that give a layer a copy or take one from another layer for it, with random jumps out of local minima. Everything random is drawn
/// from the numbers of the steps, so the result is the same each time.
/// </summary>
/// <param name="layers">The layers.</param>
/// <param name="extra">Arrays beside one copy of each layer.</param>
/// <param name="score">The schedule with certain copies.</param>
/// <param name="evaluations">How many schedules are tried at most.</param>
internal sealed class CopySearch(IReadOnlyList<LayerLoad> layers, long extra, Func<long[], CopyScore> score, int evaluations)
{
    private const int Thresholds = 24, Starts = 4, JumpLayers = 3;
    private int _left = evaluations;
    private ulong _random = 0x9E3779B97F4A7C15;

    /// <summary>The best copies found, each where no step leads on, best first.</summary>
    /// <param name="count">At most so many; at least one.</param>
    public IReadOnlyList<long[]> Best(int count)
    {
        if (extra <= 0) return [[.. layers.Select(_ => 1L)]];
        (long[] Copies, CopyScore Score)[] starts = [.. Candidates().Select(c => (c, Score(c))).OrderBy(c => c.Item2)];
        (long[] best, CopyScore least) = starts[0];
        var ends = new List<(long[] Copies, CopyScore Score)> { starts[0] };
        foreach ((long[] copies, CopyScore at) in starts.Take(Starts)) Keep(Climb(copies, at));
        while (_left > 0)
        {
            long[] jumped = Jump(best);
            Keep(Climb(jumped, Score(jumped)));
        }

        return [.. ends.OrderBy(e => e.Score).Select(e => e.Copies).DistinctBy(c => string.Join(' ', c)).Take(count)];

        void Keep((long[] Copies, CopyScore Score) found)
        {
            ends.Add(found);
            if (found.Score.CompareTo(least) < 0) (best, least) = found;
        }
    }

    private IEnumerable<long[]> Candidates()
    {
        yield return [.. layers.Select(_ => 1L)];
        yield return MinSumCopies.Of(layers, extra);
        long[] slowest = MinMaxCopies.Of(layers, extra);
        yield return slowest;
        double low = layers.Select((l, i) => l.BusyNs(slowest[i])).Max(), high = layers.Max(l => l.BusyNs(1));
        int budget = _left / (2 * Thresholds);
        for (int i = 0; i < Thresholds; i++)
        {
            // Every layer below a threshold, and what is left where it shortens the schedule most: steps are small near the best one.
            double threshold = low * Math.Pow(high / low, (double)i * i / (Thresholds * Thresholds)) * (1 + 1e-12);
            long[] copies = [.. layers.Select(l => Fastest(l, threshold))];
            if (Used(copies) <= extra) yield return Filled(copies, budget);
        }
    }

    /// <summary>Copies that shorten the schedule most for an array, one after the other, until none fits.</summary>
    private long[] Filled(long[] copies, int budget)
    {
        CopyScore at = Score(copies);
        for (long left = extra - Used(copies); left > 0 && budget > 0;)
        {
            (long[]? best, double most, CopyScore least, long price) = (null, 0, at, 0);
            for (int i = 0; i < copies.Length; i++)
            {
                long more = layers[i].NextSets(copies[i]), cost = (more - copies[i]) * layers[i].Arrays;
                if (more == 0 || cost > left) continue;
                long[] candidate = With(copies, i, more);
                CopyScore found = Score(candidate);
                budget--;
                // Where no copy shortens the schedule at once, the one that makes its layers end earlier.
                double gain = (at.Ns - found.Ns + (1e-6 * (at.Ends - found.Ends))) / cost;
                if (gain > most) (best, most, least, price) = (candidate, gain, found, cost);
            }

            if (best is null) break;
            (copies, at, left) = (best, least, left - price);
        }

        return copies;
    }

    private static long Fastest(LayerLoad layer, double ns)
    {
        long copies = 1;
        while (layer.BusyNs(copies) > ns && layer.NextSets(copies) is > 0 and var next) copies = next;
        return copies;
    }

    /// <summary>Steps as long as one shortens the schedule: the best one over all layers that gain, each at the cost of nobody or of the
    /// layer that misses its copies least.</summary>
    private (long[] Copies, CopyScore Score) Climb(long[] copies, CopyScore at)
    {
        while (_left > 0)
        {
            (long[]? next, CopyScore least) = (null, at);
            foreach (long[] candidate in Steps(copies))
            {
                if (_left <= 0) break;
                CopyScore found = Score(candidate);
                if (found.CompareTo(least) < 0) (next, least) = (candidate, found);
            }

            if (next is null) break;
            (copies, at) = (next, least);
        }

        return (copies, at);
    }

    private IEnumerable<long[]> Steps(long[] copies)
    {
        long free = extra - Used(copies);
        for (int i = 0; i < copies.Length; i++)
        {
            long more = layers[i].NextSets(copies[i]);
            if (more == 0) continue;
            long cost = (more - copies[i]) * layers[i].Arrays;
            if (cost <= free)
            {
                yield return With(copies, i, more);
                continue;
            }

            for (int j = 0; j < copies.Length; j++)
            {
                if (j == i || copies[j] == 1) continue;
                long give = (cost - free + layers[j].Arrays - 1) / layers[j].Arrays;
                if (give < copies[j]) yield return With(With(copies, i, more), j, copies[j] - give);
            }
        }
    }

    private long[] Jump(long[] copies)
    {
        long[] jumped = [.. copies];
        for (int i = 0; i < JumpLayers; i++)
        {
            int at = (int)(Random() % (ulong)copies.Length);
            jumped[at] = Math.Max(1, jumped[at] - 1 - (long)(Random() % (ulong)jumped[at]));
        }

        long left = extra - Used(jumped);
        for (int tries = 0; tries < 8 * copies.Length; tries++)
        {
            int at = (int)(Random() % (ulong)copies.Length);
            long more = layers[at].NextSets(jumped[at]), cost = (more - jumped[at]) * layers[at].Arrays;
            if (more == 0 || cost > left) continue;
            (jumped[at], left) = (more, left - cost);
        }

        return jumped;
    }

    private CopyScore Score(long[] copies)
    {
        _left--;
        return score(copies);
    }

    private long Used(long[] copies) => copies.Select((c, i) => (c - 1) * layers[i].Arrays).Sum();

    private static long[] With(long[] copies, int at, long value)
    {
        long[] changed = [.. copies];
        changed[at] = value;
        return changed;
    }

    private ulong Random()
    {
        // SplitMix64.
        ulong z = _random += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
