using Cim.Compiler.Scheduling;
using Cim.Compiler.Scheduling.Copies;
using Cim.Compiler.Scheduling.Simulation;
using Cim.Compiler.Tests.Support;
using Cim.Runtime.Hardware;
using Cim.Runtime.Hardware.Profiles;
using Xunit;

namespace Cim.Compiler.Tests.Scheduling;

public sealed class PartitionedSchedulerTests
{
    private static readonly byte[] _network = PublishedNetworks.Onnx("resnet18");

    [Fact]
    public void A_network_that_fits_has_no_parts() => Assert.Empty(Run(cores: 168, images: 1).Parts);

    [Theory]
    [InlineData(12)]
    [InlineData(4)]
    [InlineData(1)]
    public void A_network_larger_than_the_chip_is_programmed_in_parts(int cores)
    {
        Schedule whole = Run(168, 1), parts = Run(cores, 1);
        Assert.True(parts.ArraysOnce > cores * 96L && parts.Parts.Length > 1);
        Assert.Equal(whole.Layers.Select(l => l.Name).Order(), parts.Layers.Select(l => l.Name).Order());
        Assert.All(parts.Timeline, t => Assert.InRange(t.Core, 0, cores - 1));
        double now = 0;
        foreach (SchedulePart part in parts.Parts)
        {
            Assert.Equal(now, part.StartNs, 3);
            Assert.True(part.ProgrammingNs > 0);
            now += part.ProgrammingNs + part.LoadingNs + part.ComputingNs;
        }

        Assert.Equal(now, parts.MakespanNs, 3);
        Assert.True(parts.Bound.LatencyNs <= parts.MakespanNs && parts.MakespanNs > whole.MakespanNs);
    }

    [Fact]
    public void Programming_is_shared_by_the_images_of_a_batch()
    {
        Schedule one = Run(12, 1), many = Run(12, 64);
        Assert.True(many.ThroughputPerSecond > 1.2 * one.ThroughputPerSecond);
        Assert.True(many.Energy.ProgrammingPj < one.Energy.ProgrammingPj);
    }

    private static Schedule Run(int cores, int images)
    {
        HardwareProfile chip = HardwareProfiles.BuiltIn("isaac") with { Cores = cores };
        return PartitionedScheduler.Run(ScheduledNetworks.Of(_network, chip),
            new ScheduleOptions { Pipeline = PipelineKind.CrossLayer, Copies = CopyRule.MinMax, Images = images });
    }
}
