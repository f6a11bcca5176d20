using System.Collections.Immutable;
using Cim.Compiler.Mapping;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Cim.Runtime.Hardware;
using Cim.Runtime.Hardware.Profiles;
using Cim.Runtime.Mapping;
using Xunit;

namespace Cim.Compiler.Tests.Mapping;

/// <summary>The cost model against published totals: CIM-AQ's serial machine, and array activations of ResNets.</summary>
public sealed class PublishedCostTests
{
    [Theory]
    [InlineData("resnet18", "cim-aq-4b", 1507.46, 727)]
    [InlineData("resnet18", "cim-aq-2b", 3014.93, 1454)]
    [InlineData("vgg16", "cim-aq-4b", 12394.64, 8456)]
    [InlineData("vit-b32", "cim-aq-4b", 3461.07, 5664)]
    public void Uniform_8_bit_networks_take_the_published_time_and_tiles(string network, string hardware, double milliseconds, long tiles)
    {
        HardwareProfile profile = HardwareProfiles.BuiltIn(hardware);
        Cost cost = ModelCost.Uniform(PublishedNetworks.Shapes(network, profile), 8, 8, profile);
        Assert.Equal(milliseconds, Math.Round(cost.LatencyNs / 1e6, 2));
        Assert.Equal(tiles, cost.Arrays);
    }

    [Theory]
    [InlineData("resnet18", "cim-aq-4b", 2.52)]
    [InlineData("resnet18", "cim-aq-2b", 3.05)]
    [InlineData("vgg16", "cim-aq-4b", 3.05)]
    [InlineData("vit-b32", "cim-aq-4b", 3.27)]
    public void Uniform_4_bit_networks_with_8_bit_ends_speed_up_as_computed_from_the_public_code(
        string network, string hardware, double ratio)
    {
        HardwareProfile profile = HardwareProfiles.BuiltIn(hardware);
        ImmutableArray<LayerShape> shapes = PublishedNetworks.Shapes(network, profile);
        Cost eight = ModelCost.Uniform(shapes, 8, 8, profile);
        Cost four = ModelCost.Of(shapes, s => s == shapes[0] || s == shapes[^1] ? (8, 8, 0) : (4, 4, 0), profile);
        Assert.Equal(ratio, Math.Round(eight.LatencyNs / four.LatencyNs, 2));
    }

    [Theory]
    [InlineData("resnet18", 132_500)]
    [InlineData("resnet34", 223_836)]
    [InlineData("resnet50", 185_432)]
    public void Array_activations_are_those_of_the_literature(string network, long activations) =>
        Assert.Equal(activations, ModelCost.ArrayActivations(
            PublishedNetworks.Shapes(network, HardwareProfiles.BuiltIn("isaac")), arrayRows: 128));
}
