using Cim.Compiler.Scheduling;
using Cim.Compiler.Scheduling.ClosedForm;
using Cim.Compiler.Scheduling.Copies;
using Cim.Compiler.Tests.Support;
using Cim.Runtime.Hardware.Profiles;
using Cim.Tests.Shared;
using Xunit;

namespace Cim.Compiler.Tests.Scheduling.ClosedForm;

/// <summary>The closed form that a search goes by, against simulations of the same chip and copies.</summary>
public sealed class PipelineEstimateTests
{
    [Theory, InlineData(0), InlineData(7), InlineData(40)]
    public void A_chain_of_rows_from_rows_takes_as_long_as_its_simulation(int extra)
    {
        var b = new OnnxModelBuilder();
        string x = b.Input("image", 1, 8, 24, 24);
        x = b.Conv(b.Conv(b.Conv(x, 8, 300, 1), 300, 8, 1), 8, 8, 1);
        ScheduledNetwork network = ScheduledNetworks.Of(b.Build(x, 1, 8, 24, 24), HardwareProfiles.BuiltIn("clsa-cim"));
        ScheduleEstimate estimate = new PipelineEstimate(network).Of(Figures(network), network.ArraysOnce + extra);
        Assert.Equal(Simulated(network, extra), estimate.LatencyNs, 6);
    }

    /// <summary>The same copies, simulated row by row: windows, shortcuts and joins make the closed form an estimate.</summary>
    [Theory]
    [InlineData("tinyyolov4", "clsa-cim", 0), InlineData("tinyyolov4", "clsa-cim", 64), InlineData("resnet50-features", "clsa-cim", 128)]
    [InlineData("squeezenet", "pimcomp", 500), InlineData("resnet18", "isaac", 4000), InlineData("resnet18", "isaac", 0)]
    public void Of_whole_networks_it_is_near_the_simulation(string name, string hardware, int extra)
    {
        ScheduledNetwork network = ScheduledNetworks.Of(name, hardware);
        ScheduleEstimate estimate = new PipelineEstimate(network).Of(Figures(network), network.ArraysOnce + extra);
        double simulated = Simulated(network, extra);
        Assert.InRange(estimate.LatencyNs / simulated, 0.6, 1.5);
    }

    [Fact]
    public void A_network_that_was_given_few_arrays_is_programmed_in_parts()
    {
        ScheduledNetwork network = ScheduledNetworks.Of("resnet18", "isaac");
        var estimate = new PipelineEstimate(network);
        ScheduleEstimate whole = estimate.Of(Figures(network), network.ArraysOnce),
            half = estimate.Of(Figures(network), network.ArraysOnce / 2);
        Assert.True(half.LatencyNs > whole.LatencyNs && half.IntervalNs > whole.IntervalNs);
        Assert.Equal(whole.EnergyPj, half.EnergyPj);
    }

    [Fact]
    public void Even_copies_have_the_fastest_slowest_layer_of_all_copies_that_fit() => RandomSchedules.Loads.Holds(100, c =>
    {
        long[] even = EvenCopies.Of(c.Layers, c.Extra), exact = MinMaxCopies.Of(c.Layers, c.Extra);
        Assert.True(even.Zip(c.Layers, (n, l) => (n - 1) * l.Arrays).Sum() <= c.Extra);
        double Slowest(long[] copies) => c.Layers.Zip(copies, (l, n) => l.BusyNs(n)).Max();
        Assert.InRange(Slowest(even), Slowest(exact) * (1 - 1e-9), Slowest(exact) * (1 + 1e-5));
    });

    private static LayerFigures[] Figures(ScheduledNetwork network) => [.. network.Loads.Select((load, l) =>
        new LayerFigures(load, network.Costs[l].Timing, network.Costs[l].ActivationBits, network.Costs[l].EnergyPj))];

    private static double Simulated(ScheduledNetwork network, long extra)
    {
        var works = new StageWorks(network, network.Loads);
        return new ChipRun(network, works, EvenCopies.Of(network.Loads, extra), new ScheduleOptions()).Times.MakespanNs;
    }
}
