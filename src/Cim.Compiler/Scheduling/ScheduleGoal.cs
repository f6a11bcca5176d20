namespace Cim.Compiler.Scheduling;

/// <summary>What copies are searched for.</summary>
internal enum ScheduleGoal
{
    /// <summary>The least time of all images.</summary>
    Latency,

    /// <summary>The fastest slowest layer: images follow each other as fast as it allows.</summary>
    Throughput,
}
