using Cim.Compiler.Scheduling.Simulation;
using Cim.Runtime.Hardware;

namespace Cim.Compiler.Scheduling;

/// <summary>How often an image leaves a schedule.</summary>
internal static class Throughput
{
    /// <summary>Nanoseconds between images: measured over all but the first where several were simulated, else what the busiest arrays or
    /// digital units need for one.</summary>
    public static double IntervalNs(IReadOnlyList<StageWork> work, RowTimes times, PipelineKind pipeline)
    {
        if (pipeline == PipelineKind.Serial) return times.MakespanNs / times.Images;
        if (times.Images > 1) return (times.MakespanNs - times.ImageEndNs(0)) / (times.Images - 1);
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
