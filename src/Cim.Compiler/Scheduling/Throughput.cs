using Cim.Compiler.Scheduling.Simulation;
using Cim.Runtime.Hardware;

namespace Cim.Compiler.Scheduling;

/// <summary>How often an image leaves a schedule.</summary>
internal static class Throughput
{
    /// <summary>Nanoseconds of an image: those of all divided by their number where several were simulated, the filling of the pipeline
    /// included; of one what the busiest arrays or digital units need.</summary>
    public static double IntervalNs(IReadOnlyList<StageWork> work, RowTimes times, PipelineKind pipeline)
    {
        if (pipeline == PipelineKind.Serial || times.Images > 1) return times.MakespanNs / times.Images;
        double arrays = work.Where(w => w.Resource >= 0).GroupBy(w => w.Resource)
            .Select(uses => uses.Sum(BusyNs)).DefaultIfEmpty(0).Max();
        return Math.Max(arrays, work.Max(w => w.DigitalNs));
    }

    /// <summary>Nanoseconds a layer's arrays are taken by an image.</summary>
    public static double BusyNs(StageWork work) => work.Timing.SetupNs + (work.Timing.ProductNs
        * (work.Sharing == ProductSharing.Divisible
            ? (double)work.Products / work.Copies
            : (work.Products + work.Copies - 1) / work.Copies));
}
