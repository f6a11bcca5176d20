using Cim.Compiler.Scheduling.Copies;
using Cim.Compiler.Scheduling.Rows;
using Cim.Compiler.Scheduling.Simulation;
using Cim.Runtime.Hardware;

namespace Cim.Compiler.Scheduling;

/// <summary>What a schedule cannot be faster than, and what would make it faster.</summary>
/// <param name="network">The network.</param>
/// <param name="loads">Its layers, as copies were placed.</param>
/// <param name="options">What was asked for.</param>
internal sealed class BoundFinder(ScheduledNetwork network, IReadOnlyList<LayerLoad> loads, ScheduleOptions options)
{
    /// <summary>What slows a schedule by more than this factor limits it.</summary>
    public const double Clearly = 1.05;

    private const int Candidates = 24;

    /// <summary>The bound of a schedule.</summary>
    /// <param name="copies">Its copies.</param>
    /// <param name="work">The work of each stage.</param>
    /// <param name="found">The schedule, and how long the busiest parts work for an image.</param>
    /// <param name="with">Nanoseconds with other copies, and from one image to the next.</param>
    public ScheduleBound Of(
        long[] copies, IReadOnlyList<StageWork> work, (RowTimes Times, ResourceTimes Resources) found,
        Func<long[], (double MakespanNs, double IntervalNs)> with)
    {
        int slowest = copies.Length == 0 ? -1 : Enumerable.Range(0, copies.Length).MaxBy(i => loads[i].BusyNs(copies[i]));
        double makespanNs = found.Times.MakespanNs, path = LongestPath(work), layer = slowest < 0 ? 0
            : loads[slowest].ProductNs * loads[slowest].Products * options.Images / loads[slowest].AtOnce(copies[slowest]);
        double others = (found.Resources with { ArraysNs = 0 }).LongestNs * options.Images;
        bool isSerial = options.Pipeline == PipelineKind.Serial;
        string by = options.CountsInterval && found.Resources.Longest != "layer" ? found.Resources.Longest
            : options.CountsInterval || isSerial || Clearly * layer >= makespanNs || (layer >= path && layer >= others)
            ? slowest >= 0 && ConvertersDominate(slowest) ? "converters" : "layer"
            : others > Math.Max(layer, path) ? (found.Resources with { ArraysNs = 0 }).Longest : "dependencies";
        return new ScheduleBound(
            isSerial ? makespanNs : Math.Max(Math.Max(path, layer), others), by, slowest < 0 ? "" : loads[slowest].Name)
        {
            Next = isSerial ? null
                : Next(copies, (makespanNs, Throughput.IntervalNs(found.Resources, found.Times, options.Pipeline)), with),
        };
    }

    /// <summary>The longest chain of stages if each had to make only the rows that one row of the output needs: one product each.</summary>
    private double LongestPath(IReadOnlyList<StageWork> work)
    {
        double[] reached = new double[work.Count];
        for (int s = 0; s < work.Count; s++)
        {
            Stage stage = network.Graph.Stages[s];
            double own = work[s].Products > 0
                ? work[s].Timing.SetupNs + work[s].Timing.DrainNs + Shortest(work[s], stage)
                : work[s].DigitalNs / stage.Rows;
            double loaded = work[s].LoadNs > 0 ? work[s].LoadNs * (work[s].Timing.SetupNs > 0 ? 1 : stage.InputShare[0]) : 0;
            reached[s] = own + Math.Max(
                loaded, stage.Inputs.Select((input, i) => reached[input.Producer] + work[s].TransferNs(i)).DefaultIfEmpty(0).Max());
        }

        return reached.Max();
    }

    /// <summary>The least time of a row: its products, or their share where products are divisible.</summary>
    private static double Shortest(StageWork work, Stage stage)
    {
        long products = work.Products / stage.Rows;
        return work.Timing.ProductNs * (work.Sharing == ProductSharing.Divisible
            ? (double)products / work.Copies : (products + work.Copies - 1) / work.Copies);
    }

    private bool ConvertersDominate(int layer)
    {
        double read = 1e9 * network.Profile.ReadLatency * network.Costs[layer].ActivationBits,
            product = network.Costs[layer].Timing.ProductNs;
        return network.Profile.DacBits == 1 && product > 1.5 * read;
    }

    private NextCopy? Next(
        long[] copies, (double MakespanNs, double IntervalNs) now, Func<long[], (double MakespanNs, double IntervalNs)> with)
    {
        (NextCopy? best, double most) = (null, 0);
        foreach (int i in Enumerable.Range(0, copies.Length).OrderByDescending(i => loads[i].BusyNs(copies[i])).Take(Candidates))
        {
            long more = loads[i].NextSets(copies[i]), arrays = (more - copies[i]) * loads[i].Arrays;
            if (more == 0) continue;
            long[] sets = [.. copies];
            sets[i] = more;
            (double makespan, double interval) = with(sets);
            double saved = (options.CountsInterval ? now.IntervalNs - interval : now.MakespanNs - makespan) / arrays;
            if (saved > most) (best, most) = (new NextCopy(loads[i].Name, arrays, makespan, 1e9 / interval), saved);
        }

        return best;
    }
}
