using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Compiler.Search.Space;
using Cim.Compiler.Sensitivity;
using Cim.Compiler.Tests.Support;
using Cim.Runtime.Hardware;
using Cim.Runtime.Hardware.Profiles;
using Xunit;

namespace Cim.Compiler.Tests.Search.Space;

/// <summary>What narrow widths do, summed over the layers of a policy.</summary>
public sealed class AdditiveEstimateTests
{
    [Fact]
    public void Training_makes_up_for_widths_by_a_factor_and_not_for_conversions()
    {
        var estimate = new AdditiveEstimate(new LossTable([8, 4, 2, 0], 2), new LossTable([0.5, 0, 3, 1], 2));
        Assert.Equal([8.5, 4, 5, 1], [estimate.All[0, 0], estimate.All[0, 1], estimate.All[1, 0], estimate.All[1, 1]]);
        LossTable relaxed = estimate.Relaxed(4);
        Assert.Equal([2.5, 1, 3.5, 1], [relaxed[0, 0], relaxed[0, 1], relaxed[1, 0], relaxed[1, 1]]);
        Assert.Equal(estimate.All.Total([0, 1]), estimate.Relaxed(1).Total([0, 1]));
    }

    [Fact]
    public void Weights_count_at_their_layer_activations_at_the_first_of_their_group_and_conversions_apart()
    {
        // Two layers read the input, a third what they make.
        Graph graph = RandomNetworks.Import(new ModelBuilder().Input("x", -1, 4).Weight("w", 4, 4).Weight("v", 4, 4).Weight("u", 4, 4)
            .Node("left", "Gemm", "x w", "l", ("transB", 1)).Node("right", "Gemm", "x v", "r", ("transB", 1)).Node("Mul", "l r", "m")
            .Node("last", "Gemm", "m u", "y", ("transB", 1)).Output("y").Bytes);
        HardwareProfile hardware = HardwareProfiles.BuiltIn("isaac");
        SearchLayers layers = SearchLayers.Of(graph, hardware);
        PolicySpace space = PolicySpace.Create(
            LayerCostTable.Build(layers.Shapes, hardware, [4, 8], [4, 8], [4, 0]), Objective.Energy, layers.Together());
        static ImmutableSortedDictionary<int, double> Row(int bits, double loss) =>
            ImmutableSortedDictionary<int, double>.Empty.Add(bits, loss);
        var sensitivity = new MeasuredSensitivity([Row(4, 1), Row(4, 2), Row(4, 3)], [Row(4, 10), Row(4, 20)]);
        var adc = new AdcSensitivity([Row(4, 0.1), Row(4, 0.2), Row(4, 0.3)]);
        AdditiveEstimate estimate = AdditiveEstimate.Of(space, sensitivity, adc, layers);
        int Choice(int weights, int activations, int conversions) => space.Costs.IndexOf(new LayerBits(weights, activations, conversions));
        int[] narrow = [.. layers.Shapes.Select(_ => Choice(4, 4, 4))], wide = [.. layers.Shapes.Select(_ => Choice(8, 8, 0))];
        Assert.Equal(1 + 2 + 3 + 10 + 20, estimate.Widths.Total(narrow), 12);
        Assert.Equal(0.6, estimate.Conversions.Total(narrow), 12);
        Assert.Equal(0, estimate.All.Total(wide));
        Assert.Equal(1 + 2 + 3, estimate.Widths.Total([.. layers.Shapes.Select(_ => Choice(4, 8, 4))]), 12);
        Assert.Equal(10 + 20, estimate.Widths.Total([.. layers.Shapes.Select(_ => Choice(8, 4, 0))]), 12);
    }
}
