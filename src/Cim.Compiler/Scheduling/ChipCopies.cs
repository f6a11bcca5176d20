using Cim.Compiler.Scheduling.Copies;

namespace Cim.Compiler.Scheduling;

/// <summary>
/// The best copies on the whole chip. A search for copies counts data and arrays; links, digital units, shared cores, buffers and memories
/// hold stages up, too. Where they may, its best candidates are placed and simulated with all of them, and the best one is improved step by
/// step as long as the work allowed lasts.
/// </summary>
/// <param name="network">The network.</param>
/// <param name="works">What its stages have to do.</param>
/// <param name="options">What is asked for.</param>
internal sealed class ChipCopies(ScheduledNetwork network, StageWorks works, ScheduleOptions options)
{
    /// <summary>Steps of placing and rows and products of simulating, for all improvements together.</summary>
    private const double WorkAllowed = 60_000_000;

    /// <summary>A row with all limits takes so many times as long as a step of placing.</summary>
    private const double EventSteps = 10, MostPlacingSteps = 40_000_000;

    private const int MostSteps = 100;

    private readonly IReadOnlyList<LayerLoad> _loads = works.Loads;

    /// <summary>The best sets of arrays, and what they come to.</summary>
    /// <param name="candidates">Sets to compare, the most promising ones first.</param>
    /// <param name="extra">Arrays beside one copy of each layer.</param>
    public (long[] Sets, ChipRun Run) Best(IReadOnlyList<long[]> candidates, long extra)
    {
        long[] best = candidates[0];
        var run = new ChipRun(network, works, best, options);
        if (candidates.Count == 1 || extra <= 0 || _loads.Count == 0 || (!run.IsLimited && !options.CountsInterval)) return (best, run);
        double left = WorkAllowed;
        foreach (long[] other in candidates.Skip(1))
            if (left > 0 && !other.AsSpan().SequenceEqual(best)) Try(other);
        bool isBetter = true;
        for (int steps = 0; isBetter && left > 0 && steps < MostSteps;)
        {
            isBetter = false;
            foreach (long[] step in Steps(best, extra))
            {
                if (left <= 0 || steps++ == MostSteps) break;
                if (!Try(step)) continue;
                isBetter = true;
                break;
            }
        }

        return (best, run);

        bool Try(long[] sets)
        {
            var other = new ChipRun(network, works, sets, options);
            left -= Work(other);
            if (Score(other).CompareTo(Score(run)) >= 0) return false;
            (best, run) = (sets, other);
            return true;
        }
    }

    private CopyScore Score(ChipRun run)
    {
        double interval = Throughput.IntervalNs(run.Resources, run.Times, options.Pipeline);
        return options.CountsInterval ? new CopyScore(interval, run.Times.MakespanNs) : new CopyScore(run.Times.MakespanNs, interval);
    }

    private double Work(ChipRun run)
    {
        double cores = run.Placement.Slots.Count;
        double rows = network.Graph.Stages.Sum(s => (double)s.Rows * (1 + s.Inputs.Length)) + _loads.Sum(l => (double)l.Products);
        return Math.Min(MostPlacingSteps, cores * cores * cores) + (EventSteps * rows * options.Images);
    }

    /// <summary>A further copy for each layer, that which computes longest first: of arrays that are free, else of those of the layer that
    /// computes for the shortest time.</summary>
    private IEnumerable<long[]> Steps(long[] sets, long extra)
    {
        long free = extra - sets.Select((c, i) => (c - 1) * _loads[i].Arrays).Sum();
        int[] order = [.. Enumerable.Range(0, sets.Length).OrderByDescending(i => _loads[i].BusyNs(sets[i]))];
        foreach (int i in order)
        {
            long more = _loads[i].NextSets(sets[i]), cost = (more - sets[i]) * _loads[i].Arrays;
            if (more == 0) continue;
            long[] step = [.. sets];
            step[i] = more;
            if (cost <= free)
            {
                yield return step;
                continue;
            }

            foreach (int j in order.Reverse())
            {
                long give = (cost - free + _loads[j].Arrays - 1) / _loads[j].Arrays;
                if (j == i || give >= sets[j]) continue;
                step[j] = sets[j] - give;
                yield return step;
                break;
            }
        }
    }
}
