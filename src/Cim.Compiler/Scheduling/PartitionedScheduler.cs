using System.Collections.Immutable;
using Cim.Compiler.Mapping;
using Cim.Compiler.Scheduling.Copies;
using Cim.Compiler.Scheduling.Partition;
using Cim.Runtime.Hardware;

namespace Cim.Compiler.Scheduling;

/// <summary>
/// Schedules a network whatever its size: one that is larger than the chip in parts, each programmed, computed for all images, and
/// replaced by the next. Cores program at once, the arrays of a core one after the other; values between parts wait beside the chip.
/// </summary>
internal static class PartitionedScheduler
{
    private const double NsPerSecond = 1e9;
    private const int ActivationBits = 8;

    /// <summary>Makes the schedule.</summary>
    /// <param name="network">The network.</param>
    /// <param name="options">What is asked for.</param>
    public static Schedule Run(ScheduledNetwork network, ScheduleOptions options)
    {
        HardwareProfile profile = network.Profile;
        long chip = profile.AllArrays;
        if (chip == 0 || options.ExtraArrays is not null || network.ArraysOnce <= chip || profile.Execution == ExecutionModel.Serial)
            return new Scheduler(network, options).Run();

        ImmutableArray<NetworkPart> parts = new NetworkPartition(chip, a => ProgrammingNs(a, profile), options.Copies != CopyRule.None)
            .Of(Layers(network, options.Images));
        var scheduled = parts.Select(p => network.Part(p)).Select(p => (Network: p, Schedule: new Scheduler(p, options).Run())).ToArray();
        return Joined(network, options, scheduled);
    }

    /// <summary>Nanoseconds to program arrays on a chip: as many a core as the fullest one has.</summary>
    public static double ProgrammingNs(long arrays, HardwareProfile profile) =>
        NsPerSecond * profile.WriteLatency * ((arrays + profile.AllCores - 1) / profile.AllCores);

    private static PartitionedLayer[] Layers(ScheduledNetwork network, int images)
    {
        int[] first = network.FirstStages;
        return [.. Enumerable.Range(0, first.Length).OrderBy(l => first[l]).Select((l, at) => new PartitionedLayer(
            network.Loads[l].Arrays, network.Loads[l].BusyNs(1) * images,
            at == 0 ? 0 : LoadingNs(network.Graph.Stages[first[l]].Inputs.Sum(i => network.Graph.Stages[i.Producer].Elements) * images,
                network.Profile)))];
    }

    /// <summary>There and back, in the buffer that all cores share if everything fits into it.</summary>
    private static double LoadingNs(long elements, HardwareProfile profile)
    {
        double bits = (double)elements * ActivationBits;
        double rate = bits <= 8 * profile.Chip.GlobalBufferBytes ? profile.Chip.GlobalBitsPerSecond : profile.Chip.OffChipBitsPerSecond;
        return rate == 0 ? 0 : NsPerSecond * 2 * bits / rate;
    }

    private static Schedule Joined(
        ScheduledNetwork network, ScheduleOptions options, (ScheduledNetwork Network, Schedule Schedule)[] scheduled)
    {
        HardwareProfile profile = network.Profile;
        var parts = ImmutableArray.CreateBuilder<SchedulePart>();
        var layers = ImmutableArray.CreateBuilder<ScheduledLayer>();
        var timeline = ImmutableArray.CreateBuilder<TimelineEntry>();
        (double now, double busy, double programming) = (0, 0, 0);
        foreach ((ScheduledNetwork part, Schedule schedule) in scheduled)
        {
            long passes = Passes(part, profile);
            double loading = parts.Count == 0 ? 0 : LoadingNs(part.InputElements * options.Images, profile);
            double programmed = ProgrammingNs(schedule.ArraysUsed, profile), computing = schedule.MakespanNs * passes;
            double start = now + programmed + loading;
            parts.Add(new SchedulePart(
                schedule.Layers[0].Name, schedule.Layers.Length, schedule.ArraysUsed, now, programmed, loading, computing));
            layers.AddRange(schedule.Layers.Select(l => l with { StartNs = l.StartNs + start, EndNs = l.EndNs + start }));
            timeline.AddRange(schedule.Timeline.Where(t => t.Core < profile.AllCores)
                .Select(t => t with { StartNs = t.StartNs + start, EndNs = t.EndNs + start }));
            busy += schedule.Utilisation * schedule.Arrays * schedule.MakespanNs;
            programming += part.Costs.Zip(schedule.Layers, (c, l) => c.ProgrammingEnergyPj * l.Copies).Sum();
            now = start + computing;
        }

        long arrays = scheduled.Max(s => Math.Min(s.Schedule.ArraysUsed, profile.AllArrays));
        Schedule longest = scheduled.MaxBy(s => s.Schedule.MakespanNs).Schedule;
        double programmingNs = parts.Sum(p => p.ProgrammingNs), loadingNs = parts.Sum(p => p.LoadingNs);
        return longest with
        {
            ArraysOnce = network.ArraysOnce,
            Arrays = arrays,
            ArraysUsed = scheduled.Sum(s => s.Schedule.ArraysUsed),
            ArrayActivations = ModelCost.ArrayActivations(network.Graph.Layers, profile.Rows),
            SerialNs = network.Costs.Sum(c => c.LatencyNs),
            MakespanNs = now,
            Utilisation = busy / (arrays * now),
            ThroughputPerSecond = NsPerSecond * options.Images / now,
            BufferBytes = scheduled.Max(s => s.Schedule.BufferBytes),
            SpilledBytes = scheduled.Sum(s => s.Schedule.SpilledBytes),
            SharedBufferBytes = scheduled.Sum(s => s.Schedule.SharedBufferBytes),
            Energy = new ScheduleEnergy(
                scheduled.Sum(s => s.Schedule.Energy.ArraysPj), scheduled.Sum(s => s.Schedule.Energy.DigitalPj),
                scheduled.Sum(s => s.Schedule.Energy.NetworkPj), scheduled.Sum(s => s.Schedule.Energy.OffChipPj))
            {
                ProgrammingPj = programming / options.Images,
                SharedBufferPj = scheduled.Sum(s => s.Schedule.Energy.SharedBufferPj),
                ChipLinksPj = scheduled.Sum(s => s.Schedule.Energy.ChipLinksPj),
            },
            Parts = parts.ToImmutable(),
            Layers = layers.ToImmutable(),
            Timeline = timeline.ToImmutable(),
            Bound = longest.Bound with
            {
                LatencyNs = programmingNs + loadingNs + scheduled.Sum(s => s.Schedule.Bound.LatencyNs),
                LimitedBy = programmingNs + loadingNs > now / 2 ? "programming" : longest.Bound.LimitedBy,
                Next = Next(scheduled, profile, now, options.Images),
                Without = Without(scheduled, profile, now),
            },
        };
    }

    /// <summary>Of the next copies of all parts the one that saves most for an array.</summary>
    private static NextCopy? Next(
        (ScheduledNetwork Network, Schedule Schedule)[] scheduled, HardwareProfile profile, double now, int images) => scheduled
        .Where(s => s.Schedule.Bound.Next is not null)
        .Select(s => (Copy: s.Schedule.Bound.Next!, Saved: Passes(s.Network, profile)
            * (s.Schedule.MakespanNs - s.Schedule.Bound.Next!.MakespanNs)))
        .Where(s => s.Saved > 0).OrderByDescending(s => s.Saved / s.Copy.Arrays)
        .Select(s => s.Copy with { MakespanNs = now - s.Saved, ThroughputPerSecond = NsPerSecond * images / (now - s.Saved) })
        .FirstOrDefault();

    /// <summary>What a part of the chip holds up in each part of the network, together.</summary>
    private static ImmutableArray<Relief> Without(
        (ScheduledNetwork Network, Schedule Schedule)[] scheduled, HardwareProfile profile, double now) => [.. scheduled
        .SelectMany(s => s.Schedule.Bound.Without.Select(r => (r.Name, Saved: Passes(s.Network, profile)
            * (s.Schedule.MakespanNs - r.MakespanNs))))
        .GroupBy(r => r.Name).Select(g => new Relief(g.Key, now - g.Sum(r => r.Saved)))];

    /// <summary>A layer that is larger than the chip passes over it several times, each time with the same inputs.</summary>
    private static long Passes(ScheduledNetwork part, HardwareProfile profile) =>
        Math.Max(1, (part.ArraysOnce + profile.AllArrays - 1) / profile.AllArrays);
}
