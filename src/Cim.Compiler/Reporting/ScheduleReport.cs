using System.Collections.Immutable;
using Cim.Compiler.Scheduling;
using Cim.Runtime;

namespace Cim.Compiler.Reporting;

/// <summary>The compiled network on the cores of the chip, layers pipelined over the rows of an image.</summary>
internal sealed record ScheduleReport
{
    /// <summary>What copies are placed for, <c>latency</c> or <c>throughput</c>; null if no schedule was asked for.</summary>
    public string? ScheduledFor { get; init; }

    /// <summary>Nanoseconds of one inference.</summary>
    public required double LatencyNs { get; init; }

    /// <summary>How much faster than layer by layer on one copy of each.</summary>
    public required double Speedup { get; init; }

    /// <summary>Images a second when one follows the other.</summary>
    public required double ThroughputPerSecond { get; init; }

    /// <summary>Picojoule of one inference, digital operators and transfers included.</summary>
    public required double EnergyPj { get; init; }

    /// <summary>The same with the values of the calibration data; null without, or if no schedule was asked for.</summary>
    public double? CalibratedEnergyPj { get; init; }

    /// <summary>Most bytes of rows that wait at one time.</summary>
    public required long BufferBytes { get; init; }

    /// <summary>What holds it up.</summary>
    public required string LimitedBy { get; init; }

    /// <summary>The slowest layer.</summary>
    public required string SlowestLayer { get; init; }

    /// <summary>The layers on arrays.</summary>
    public required ImmutableArray<ScheduledLayer> Layers { get; init; }

    /// <summary>The slot of each core.</summary>
    public required ImmutableArray<int> Slots { get; init; }

    /// <summary>Arrays of a core.</summary>
    public int ArraysPerCore { get; init; } = 1;

    /// <summary>The layers that are on the chip at once: all, or of a network that is larger those of the part that computes
    /// longest.</summary>
    public required ImmutableArray<string> OnChip { get; init; }

    /// <summary>The schedule of 8-bit weights and activations on the same arrays; null if no schedule was asked for.</summary>
    public ScheduleCost? Baseline { get; init; }

    /// <summary>Slots of all chips.</summary>
    public required int GridCores { get; init; }

    /// <summary>What is not counted.</summary>
    public required ImmutableArray<string> NotModelled { get; init; }

    /// <summary>The report of a schedule of one image.</summary>
    /// <param name="schedule">The schedule.</param>
    /// <param name="stated">What the compiled model says of it; null if no schedule was asked for.</param>
    /// <param name="baseline">The same of 8 bits.</param>
    public static ScheduleReport Of(Schedule schedule, ScheduleCost? stated, ScheduleCost? baseline) => new()
    {
        ScheduledFor = stated?.For,
        CalibratedEnergyPj = stated?.CalibratedEnergyPj,
        LatencyNs = schedule.MakespanNs,
        Speedup = schedule.Speedup,
        ThroughputPerSecond = schedule.ThroughputPerSecond,
        EnergyPj = schedule.Energy.TotalPj,
        BufferBytes = schedule.BufferBytes,
        LimitedBy = schedule.Bound.LimitedBy,
        SlowestLayer = schedule.Bound.Name,
        Layers = schedule.Layers,
        Slots = [.. schedule.Slots],
        GridCores = schedule.GridCores,
        ArraysPerCore = schedule.ArraysPerCore,
        OnChip = OnChipOf(schedule),
        Baseline = baseline,
        NotModelled = schedule.NotModelled,
    };

    private static ImmutableArray<string> OnChipOf(Schedule schedule)
    {
        if (schedule.Parts.IsEmpty) return [.. schedule.Layers.Select(l => l.Name)];
        int longest = Enumerable.Range(0, schedule.Parts.Length).MaxBy(p => schedule.Parts[p].ComputingNs);
        return [.. schedule.Layers.Skip(schedule.Parts.Take(longest).Sum(p => p.Layers)).Take(schedule.Parts[longest].Layers)
            .Select(l => l.Name)];
    }
}
