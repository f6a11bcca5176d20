using Cim.Compiler.Scheduling.Simulation;

namespace Cim.Compiler.Scheduling;

/// <summary>How often an image leaves a schedule.</summary>
internal static class Throughput
{
    /// <summary>Nanoseconds of an image: those of all divided by their number where several were simulated, the filling of the pipeline
    /// included; of one what the busiest arrays, digital units, links or cores need.</summary>
    public static double IntervalNs(ResourceTimes resources, RowTimes times, PipelineKind pipeline) =>
        pipeline == PipelineKind.Serial || times.Images > 1 ? times.MakespanNs / times.Images : resources.LongestNs;
}
