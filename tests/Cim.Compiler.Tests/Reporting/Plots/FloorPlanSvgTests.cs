using System.Globalization;
using System.Text.RegularExpressions;
using Cim.Compiler.Reporting;
using Cim.Compiler.Reporting.Plots;
using Cim.Compiler.Scheduling;
using Cim.Compiler.Scheduling.Copies;
using Cim.Compiler.Scheduling.Simulation;
using Cim.Compiler.Tests.Scheduling;
using Xunit;

namespace Cim.Compiler.Tests.Reporting.Plots;

/// <summary>The chip from above.</summary>
public sealed partial class FloorPlanSvgTests
{
    [Theory, InlineData("squeezenet", "isaac"), InlineData("squeezenet", "puma"), InlineData("vit-b32", "isaac")]
    public void Every_array_of_a_layer_on_the_chip_is_drawn_once(string name, string hardware)
    {
        ScheduledNetwork network = ScheduledNetworks.Of(name, hardware);
        Schedule schedule = PartitionedScheduler.Run(network, new ScheduleOptions { Copies = CopyRule.MinMax });
        ScheduleReport report = ScheduleReport.Of(schedule, null, null);
        string plan = FloorPlanSvg.Layers(report), reads = FloorPlanSvg.Reads(report);
        var drawn = ArraysOf().Matches(plan).GroupBy(m => m.Groups[1].Value).ToDictionary(
            g => g.Key, g => g.Sum(m => long.Parse(m.Groups[2].Value, CultureInfo.InvariantCulture)));
        Assert.Equal(
            schedule.Layers.Where(l => report.OnChip.Contains(l.Name)).ToDictionary(l => l.Name, l => l.Arrays * l.Copies), drawn);
        Assert.Equal(ArraysOf().Count(plan), ArraysOf().Count(reads));

        // No array of a core belongs to two layers.
        Assert.All(CoreOf().Matches(plan).GroupBy(m => m.Groups[1].Value), core => Assert.True(
            core.Sum(m => long.Parse(m.Groups[2].Value, CultureInfo.InvariantCulture)) <= network.Profile.ArraysPerCore));
    }

    [Fact]
    public void Reads_of_an_array_are_those_of_the_cost_shared_by_all_copies()
    {
        ScheduledNetwork network = ScheduledNetworks.Of("squeezenet", "isaac");
        Schedule schedule = network.Run(PipelineKind.CrossLayer, CopyRule.MinMax, 64);
        Assert.Equal(
            network.Costs.Sum(c => (double)c.Events.ArrayReads), schedule.Layers.Sum(l => l.ReadsPerArray * l.Arrays * l.Copies), 3);
    }

    [GeneratedRegex(@"<title>core \d+: (\S+), (\d+) of \d+ arrays")]
    private static partial Regex ArraysOf();

    [GeneratedRegex(@"<title>core (\d+): \S+, (\d+) of \d+ arrays")]
    private static partial Regex CoreOf();
}
