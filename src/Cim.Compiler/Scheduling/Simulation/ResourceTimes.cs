using Cim.Compiler.Scheduling.Rows;
using Cim.Runtime.Hardware;

namespace Cim.Compiler.Scheduling.Simulation;

/// <summary>How long the busiest part of each kind works for an image: no schedule of one is faster, and of many none but for copies that
/// share the products of two images.</summary>
/// <param name="ArraysNs">Arrays of a layer.</param>
/// <param name="DigitalNs">Digital units of a group of cores.</param>
/// <param name="NetworkNs">A link between cores or chips.</param>
/// <param name="CoresNs">A core that layers share.</param>
/// <param name="MemoryNs">The memory beside the chip.</param>
internal readonly record struct ResourceTimes(double ArraysNs, double DigitalNs, double NetworkNs, double CoresNs, double MemoryNs)
{
    /// <summary>Of all kinds.</summary>
    public double LongestNs => Math.Max(Math.Max(Math.Max(ArraysNs, DigitalNs), Math.Max(NetworkNs, CoresNs)), MemoryNs);

    /// <summary>What keeps the longest one busy.</summary>
    public string Longest => LongestNs == ArraysNs ? "layer" : LongestNs == DigitalNs ? "digital" : LongestNs == NetworkNs ? "network"
        : LongestNs == CoresNs ? "cores" : "memory";

    /// <summary>The times of a schedule.</summary>
    /// <param name="graph">The stages.</param>
    /// <param name="work">What they have to do.</param>
    /// <param name="limits">What they share; null = nothing.</param>
    public static ResourceTimes Of(StageGraph graph, IReadOnlyList<StageWork> work, ChipLimits? limits)
    {
        var (arrays, units, cores) = (new Dictionary<int, double>(), new Dictionary<int, double>(), new Dictionary<int, double>());
        for (int s = 0; s < work.Count; s++)
        {
            if (work[s].Resource < 0)
            {
                // Units of its own have numbers that no group has.
                Add(units, limits is not null && limits.UnitOf(s) >= 0 ? limits.UnitOf(s) : -1 - s, work[s].DigitalNs);
                continue;
            }

            Add(arrays, work[s].Resource, BusyNs(work[s]));
            if (limits is { Cores.IsEmpty: false })
                foreach (int core in limits.Cores[s]) Add(cores, core, BusyNs(work[s]));
        }

        return new ResourceTimes(Most(arrays.Values), Most(units.Values), Most(limits?.Flows?.LinkNs ?? []), Most(cores.Values),
            Most(work.Select(w => w.LoadNs)));
    }

    /// <summary>Nanoseconds a layer's arrays are taken by an image. Where products do not divide evenly, copies that have none left could
    /// begin with the next image; that is not counted on.</summary>
    private static double BusyNs(StageWork work) => work.Timing.SetupNs + (work.Timing.ProductNs
        * (work.Sharing == ProductSharing.Divisible
            ? (double)work.Products / work.Copies
            : (work.Products + work.Copies - 1) / work.Copies));

    private static double Most(IEnumerable<double> times) => times.DefaultIfEmpty(0).Max();

    private static void Add(Dictionary<int, double> times, int key, double ns) => times[key] = times.GetValueOrDefault(key) + ns;
}
