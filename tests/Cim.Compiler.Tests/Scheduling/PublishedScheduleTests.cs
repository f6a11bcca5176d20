using Cim.Compiler.Scheduling;
using Cim.Compiler.Scheduling.Copies;
using Cim.Compiler.Scheduling.Simulation;
using Xunit;

namespace Cim.Compiler.Tests.Scheduling;

/// <summary>Schedules that others printed: CLSA-CIM (DATE 2024) in cycles of 1.4 us, PIMCOMP-NN 2ed10c8 in counts.</summary>
public sealed class PublishedScheduleTests
{
    private const double CycleNs = 1400;

    /// <summary>Network, processing elements, cycles and use layer by layer, speed-up across layers without extra elements.</summary>
    public static TheoryData<string, long, double, double, double> AcrossLayers => new()
    {
        { "tinyyolov4", 117, 113061, 0.016442451420029897, 2.5216004639025806 },
        { "vgg16-features", 233, 137788, 0.014481162888662323, 2.667208672086721 },
        { "resnet50-features", 390, 58310, 0.005455720749838397, 4.1691691691691695 },
        { "resnet152-features", 936, 85358, 0.0031572904707233064, 5.297132927888792 },
    };

    /// <summary>Network, extra elements, speed-up with copies for the least sum of times and with copies of the slowest layer
    /// first.</summary>
    public static TheoryData<string, int, double, double> WithCopies => new()
    {
        { "tinyyolov4", 4, 9.12591815320042, 9.110622250157135 },
        { "tinyyolov4", 16, 13.511651993785572, 15.361847085541301 },
        { "tinyyolov4", 32, 21.25712889033722, 24.382359284019874 },
        { "vgg16-features", 8, 5.259351620947631, 7.693069306930713 },
        { "vgg16-features", 16, 10.121349238996297, 10.113029182079737 },
        { "vgg16-features", 32, 12.672103004291854, 17.12928891098956 },
        { "resnet50-features", 8, 10.597964376590319, 12.894736842105264 },
        { "resnet50-features", 32, 20.397621268656714, 21.857142857142858 },
        { "resnet152-features", 32, 17.117245989304813, 17.798572818683102 },
    };

    /// <summary>Network, crossbars, row tiles, products of row tiles, copies of each layer.</summary>
    public static TheoryData<string, long, long, long, long[]> Balanced => new()
    {
        { "alexnet", 6670, 1721, 32096, [139, 34, 8, 7, 7, 1, 1, 1] },
        { "resnet18", 5334, 4136, 132500, [381, 96, 96, 96, 96, 24, 24, 24, 24, 24, 6, 6, 6, 7, 6, 2, 2, 2, 2, 2, 1] },
        {
            "resnet50-classified", 6123, 3682, 185432,
            [
                238, 61, 61, 61, 61, 61, 61, 61, 61, 61, 61, 16, 16, 16, 16, 16, 16, 15, 16, 16, 16, 16, 15, 16, 4, 4, 4, 4, 4, 4, 4, 4,
                4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
            ]
        },
        {
            "squeezenet", 4716, 3998, 50962,
            [953, 233, 241, 233, 233, 233, 233, 57, 57, 59, 57, 61, 61, 15, 15, 13, 13, 15, 15, 15, 13, 13, 13, 13, 13, 15]
        },
    };

    [Theory, MemberData(nameof(AcrossLayers))]
    public void Layer_by_layer_and_across_layers_take_the_published_cycles(
        string name, long arrays, double serialCycles, double utilisation, double speedup)
    {
        ScheduledNetwork network = ScheduledNetworks.Of(name, "clsa-cim");
        Schedule serial = network.Run(PipelineKind.Serial), across = network.Run(PipelineKind.CrossLayer);
        Assert.Equal(arrays, serial.ArraysOnce);
        Assert.Equal(serialCycles * CycleNs, serial.MakespanNs, 3);
        Assert.Equal(utilisation, serial.Utilisation, 12);
        Assert.Equal(speedup, across.Speedup, 9);
    }

    [Theory, MemberData(nameof(WithCopies))]
    public void Copies_of_either_published_way_give_the_published_speed(string name, int extra, double leastSum, double slowestFirst)
    {
        ScheduledNetwork network = ScheduledNetworks.Of(name, "clsa-cim");
        Assert.Equal(leastSum, network.Run(PipelineKind.CrossLayer, CopyRule.MinSum, extra).Speedup, 9);
        Assert.Equal(slowestFirst, network.Run(PipelineKind.CrossLayer, CopyRule.MinMax, extra).Speedup, 9);
    }

    [Theory, MemberData(nameof(WithCopies))]
    public void Speed_is_use_times_elements(string name, int extra, double leastSum, double slowestFirst)
    {
        Assert.True(leastSum > 1 && slowestFirst > 1);
        ScheduledNetwork network = ScheduledNetworks.Of(name, "clsa-cim");
        double serial = network.Run(PipelineKind.Serial).Utilisation;
        foreach (CopyRule rule in (CopyRule[])[CopyRule.MinSum, CopyRule.MinMax])
        {
            Schedule schedule = network.Run(PipelineKind.CrossLayer, rule, extra);
            double expected = schedule.Utilisation / serial * (network.ArraysOnce + extra) / network.ArraysOnce;
            Assert.Equal(1, schedule.Speedup / expected, 9);
        }
    }

    /// <summary>The same processing elements, but small layers lie several times in each extra one.</summary>
    [Theory]
    [InlineData("tinyyolov4", 32)]
    [InlineData("vgg16-features", 32)]
    [InlineData("resnet50-features", 512)]
    public void A_search_over_copies_is_faster_than_either_published_way(string name, int extra)
    {
        ScheduledNetwork network = ScheduledNetworks.Of(name, "clsa-cim");
        double published = Math.Max(network.Run(PipelineKind.CrossLayer, CopyRule.MinSum, extra).Speedup,
            network.Run(PipelineKind.CrossLayer, CopyRule.MinMax, extra).Speedup);
        Schedule schedule = network.Run(PipelineKind.CrossLayer, CopyRule.Optimise, extra);
        Assert.True(schedule.Speedup > 1.05 * published, $"{schedule.Speedup:0.00} is not 5 % more than {published:0.00}");
        Assert.True(schedule.ArraysUsed <= schedule.ArraysOnce + extra);
    }

    [Theory, MemberData(nameof(Balanced))]
    public void Balanced_copies_are_those_of_PIMCOMP(string name, long crossbars, long rowTiles, long products, long[] copies)
    {
        Schedule schedule = ScheduledNetworks.Of(name, "pimcomp").Run(PipelineKind.Batch, CopyRule.Balance);
        Assert.Equal(copies, schedule.Layers.Select(l => l.Copies));
        Assert.Equal(crossbars, schedule.Arrays);
        Assert.Equal(rowTiles, schedule.Layers.Sum(l => l.Copies * l.RowTiles));
        Assert.Equal(products, schedule.ArrayActivations);
    }
}
