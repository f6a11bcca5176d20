using Cim.Compiler.Scheduling;
using Cim.Compiler.Scheduling.Copies;
using Cim.Compiler.Scheduling.Simulation;
using Xunit;

namespace Cim.Compiler.Tests.Scheduling;

/// <summary>What holds for every schedule, on whole networks: residual sums, concatenations, attention.</summary>
public sealed class SchedulerTests
{
    public static TheoryData<string, string> Networks => new()
    {
        { "resnet18", "isaac" }, { "resnet18", "puma" }, { "squeezenet", "pimcomp" }, { "tinyyolov4", "clsa-cim" }, { "vit-b32", "isaac" },
        { "squeezenet", "neurram-130" },
    };

    [Theory, MemberData(nameof(Networks))]
    public void No_schedule_is_faster_than_its_bound_or_takes_arrays_that_are_not_there(string name, string hardware)
    {
        ScheduledNetwork network = ScheduledNetworks.Of(name, hardware);
        long chip = (long)network.Profile.Cores * network.Profile.ArraysPerCore;
        foreach (PipelineKind pipeline in Enum.GetValues<PipelineKind>())
            foreach (CopyRule copies in (CopyRule[])[CopyRule.None, CopyRule.MinMax, CopyRule.Balance])
                foreach (bool buffers in (bool[])[false, true])
                {
                    Schedule schedule = new Scheduler(network, new ScheduleOptions
                    {
                        Pipeline = pipeline, Copies = copies, HasChipBuffers = buffers, Images = buffers ? 2 : 1,
                    }).Run();
                    Assert.True(schedule.Bound.LatencyNs <= schedule.MakespanNs * (1 + 1e-9));
                    if (chip >= network.ArraysOnce) Assert.True(schedule.ArraysUsed <= chip);
                    Assert.True(schedule.BufferBytes > 0 && schedule.Energy.TotalPj >= 0 && schedule.ThroughputPerSecond > 0);
                    NoCoreDoesTwoThingsAtOnce(schedule);
                }
    }

    [Fact]
    public void Layer_by_layer_is_the_sum_of_the_layers_where_nothing_else_takes_time()
    {
        ScheduledNetwork network = ScheduledNetworks.Of("squeezenet", "neurram-130");
        Schedule schedule = network.Run(PipelineKind.Serial);
        Assert.Equal(network.Costs.Sum(c => c.LatencyNs), schedule.MakespanNs, 1);
        Assert.Equal(network.Costs.Sum(c => c.LatencyNs), schedule.SerialNs, 6);
    }

    [Fact]
    public void A_schedule_is_the_same_on_any_number_of_threads()
    {
        ScheduledNetwork network = ScheduledNetworks.Of("tinyyolov4", "clsa-cim");
        string Facts() => network.Run(PipelineKind.CrossLayer, CopyRule.Optimise, 8) is var s
            ? $"{s.MakespanNs:R} {string.Join(' ', s.Layers.Select(l => $"{l.Copies} {l.StartNs:R} {l.EndNs:R}"))}"
            : "";
        string alone = Facts();
        Assert.All(Enumerable.Range(0, 3).AsParallel().Select(_ => Facts()), facts => Assert.Equal(alone, facts));
    }

    private static void NoCoreDoesTwoThingsAtOnce(Schedule schedule)
    {
        foreach (var core in schedule.Timeline.GroupBy(t => t.Core))
        {
            double free = 0;
            foreach (TimelineEntry entry in core.OrderBy(t => t.StartNs).ThenBy(t => t.EndNs))
            {
                Assert.True(entry.StartNs >= free - (1e-9 * schedule.MakespanNs));
                free = entry.EndNs;
            }
        }
    }
}
