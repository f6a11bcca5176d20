using Cim.Compiler.Scheduling;
using Cim.Compiler.Scheduling.Copies;
using Cim.Compiler.Scheduling.Simulation;
using Cim.Runtime.Hardware;
using Cim.Runtime.Hardware.Profiles;
using Xunit;

namespace Cim.Compiler.Tests.Scheduling;

/// <summary>Copies where links, digital units and buffers hold stages up.</summary>
public sealed class ChipCopiesTests
{
    [Theory, InlineData("latency"), InlineData("throughput")]
    public void A_search_is_no_worse_than_any_rule_where_links_and_units_are_slow(string goal)
    {
        HardwareProfile puma = HardwareProfiles.BuiltIn("puma");
        HardwareProfile slow = puma with
        {
            Chip = puma.Chip with
            {
                LinkBitsPerSecond = puma.Chip.LinkBitsPerSecond / 8,
                DigitalOperationsPerSecond = puma.Chip.DigitalOperationsPerSecond / 4,
            },
        };
        ScheduledNetwork network = ScheduledNetworks.Of(ScheduledNetworks.Onnx("squeezenet"), slow);
        var options = new ScheduleOptions { ExtraArrays = 96, Goal = goal == "latency" ? ScheduleGoal.Latency : ScheduleGoal.Throughput };
        double Value(CopyRule rule) => new Scheduler(network, options with { Copies = rule }).Run() is var s && goal == "latency"
            ? s.MakespanNs
            : 1e9 / s.ThroughputPerSecond;
        double found = Value(CopyRule.Optimise);
        foreach (CopyRule rule in (CopyRule[])[CopyRule.None, CopyRule.MinSum, CopyRule.MinMax])
            if (goal == "latency" || rule == CopyRule.MinMax) Assert.True(found <= Value(rule) * (1 + 1e-9));
    }

    [Fact]
    public void Copies_that_are_best_without_contention_are_improved_with_it()
    {
        ScheduledNetwork network = ScheduledNetworks.Of("squeezenet", "puma");
        var options = new ScheduleOptions { ExtraArrays = 96 };
        var works = new StageWorks(network, [.. network.Loads.Select((l, i) => l with { PerExtraSet = network.Packed[i] })]);
        IReadOnlyList<long[]> candidates = new CopyPlacement(network, works, options).Of(96);
        double alone = new ChipRun(network, works, candidates[0], options).Times.MakespanNs;
        (long[] sets, ChipRun run) = new ChipCopies(network, works, options).Best(candidates, 96);
        Assert.True(run.IsLimited && run.Times.MakespanNs <= alone);
        Assert.True(sets.Zip(network.Loads, (n, l) => (n - 1) * l.Arrays).Sum() <= 96 && sets.All(n => n >= 1));
    }

    [Fact]
    public void One_more_copy_where_throughput_counts_is_that_of_what_images_wait_for()
    {
        ScheduledNetwork network = ScheduledNetworks.Of("tinyyolov4", "clsa-cim");
        Schedule schedule = new Scheduler(network, new ScheduleOptions { Pipeline = PipelineKind.Batch, Copies = CopyRule.None }).Run();
        Assert.Equal("layer", schedule.Bound.LimitedBy);
        Assert.Equal(schedule.Bound.Name, schedule.Bound.Next!.Name);
        Assert.True(schedule.Bound.Next.ThroughputPerSecond > schedule.ThroughputPerSecond);
    }
}
