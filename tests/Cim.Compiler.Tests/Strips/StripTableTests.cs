using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Compiler.Lowering;
using Cim.Compiler.Ort;
using Cim.Compiler.Precision;
using Cim.Compiler.Sensitivity;
using Cim.Compiler.Strips;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Cim.Runtime.Hardware;
using Cim.Runtime.Hardware.Profiles;
using Cim.Runtime.Mapping;
using Xunit;

namespace Cim.Compiler.Tests.Strips;

/// <summary>Which strips become narrow.</summary>
public sealed class StripTableTests
{
    private static readonly HardwareProfile _isaac = HardwareProfiles.BuiltIn("isaac");

    [Theory, InlineData(1), InlineData(2), InlineData(3)]
    public void A_threshold_saves_what_is_asked_and_finer_units_cost_less_loss(int seed)
    {
        Graph graph = RandomNetworks.Import(RandomNetworks.Chain(seed));
        ImmutableArray<MvmLayer> layers = MvmLayers.Find(graph);
        GraphInput input = GraphInput.Of(graph);
        var data = new CalibrationData(RandomNetworks.Samples(24, input.SampleElements, 3), 24, false);
        Dictionary<string, float[]>? fisher = WeightFisher.Measure(graph, input, data, layers, 1, null, default);
        Assert.NotNull(fisher);
        Assert.All(layers, l => Assert.Contains(fisher[l.NodeName], f => f > 0));
        var table = new StripTable(layers, fisher, _isaac with { Rows = 16 }, []);
        Assert.Equal([8, 6, 4, 2, 0], table.Widths.ToArray());
        foreach (double share in new[] { 0.3, 0.5, 0.8 })
        {
            double[] increases = [.. new[] { StripUnit.Strip, StripUnit.Column, StripUnit.Layer }.Select(unit =>
            {
                int[] choice = table.Choose(share, unit);
                Assert.True(table.Cells(choice) <= share * table.Whole);
                if (unit == StripUnit.Layer) Assert.DoesNotContain(choice, w => table.Widths[w] == 0);
                return table.LossIncrease(choice);
            })];
            Assert.True(increases[0] <= increases[1] && increases[1] <= increases[2] * 1.0001, string.Join(' ', increases));
        }

        QuantizationPolicy policy = table.Apply(QuantizedNetworks.Uniform(graph, 8), table.Choose(0.4, StripUnit.Strip));
        Assert.Contains(policy.Layers, l => l.Layout is LayerLayout.Strips);
        long cells = LayerShapes.Of(graph, _isaac).Sum(s => new LayerLowering(policy, _isaac with { Rows = 16 }).CostOf(s, 1).Cells);
        Assert.True(cells <= 0.4 * table.Whole, $"{cells} of {table.Whole}");
        ImmutableArray<LayerShape> shapes = LayerShapes.Of(graph, _isaac);
        PolicyText text = PolicyText.Of(policy);
        Assert.Equal(policy.Layers.AsEnumerable(), text.Bind(shapes, 16).Layers.AsEnumerable());
        Assert.Equal("CIM0011", Assert.Throws<CimException>(() => text.Bind(shapes, _isaac.Rows)).Code);
    }

    [Fact]
    public void Saving_more_cells_increases_the_estimated_loss()
    {
        Graph graph = RandomNetworks.Import(RandomNetworks.Chain(5));
        ImmutableArray<MvmLayer> layers = MvmLayers.Find(graph);
        GraphInput input = GraphInput.Of(graph);
        var data = new CalibrationData(RandomNetworks.Samples(64, input.SampleElements, 3), 64, false);
        Dictionary<string, float[]> fisher = WeightFisher.Measure(graph, input, data, layers, 1, null, default)!;
        var table = new StripTable(layers, fisher, _isaac, []);
        double[] increases = [.. new[] { 0.9, 0.5, 0.3 }.Select(s => table.LossIncrease(table.Choose(s, StripUnit.Strip)))];
        Assert.True(increases[0] < increases[1] && increases[1] < increases[2]);
    }
}
