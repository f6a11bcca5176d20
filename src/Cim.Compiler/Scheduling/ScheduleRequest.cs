using Cim.Compiler.Scheduling.Copies;
using Cim.Runtime.Hardware;

namespace Cim.Compiler.Scheduling;

/// <summary>The schedule a compilation asks for.</summary>
/// <param name="Goal">What copies are placed for.</param>
/// <param name="Arrays">Arrays for everything; 0 = those of the chip.</param>
internal sealed record ScheduleRequest(ScheduleGoal Goal, long Arrays)
{
    /// <summary>A request by the name of its goal; null without one.</summary>
    /// <param name="goal"><c>latency</c> or <c>throughput</c>.</param>
    /// <param name="arrays">Arrays for everything; 0 = those of the chip.</param>
    public static ScheduleRequest? Parse(string? goal, long arrays) => goal is null ? null
        : new ScheduleRequest(goal == "throughput" ? ScheduleGoal.Throughput : ScheduleGoal.Latency, arrays);

    /// <summary>Its name.</summary>
    public string Name => Goal == ScheduleGoal.Throughput ? "throughput" : "latency";

    /// <summary>Arrays there are on a chip; 0 if it has no number of its own.</summary>
    public long ArraysOn(HardwareProfile profile) => Arrays > 0 ? Arrays : profile.AllArrays;

    /// <summary>What a scheduler is asked for.</summary>
    /// <param name="arraysOnce">Arrays of one copy of each layer.</param>
    public ScheduleOptions Options(long arraysOnce) => new()
    {
        Copies = CopyRule.Optimise,
        Goal = Goal,
        ExtraArrays = Arrays > 0 ? Math.Max(0, Arrays - arraysOnce) : null,
    };
}
