using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Compiler.Lowering;
using Cim.Compiler.Mapping;
using Cim.Compiler.Ort;
using Cim.Compiler.Precision;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Cim.Runtime.Costs;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Hardware;
using Cim.Runtime.Hardware.Profiles;
using Cim.Runtime.Mapping;
using Cim.Tests.Shared;
using CsCheck;
using Xunit;

namespace Cim.Compiler.Tests.Mapping;

/// <summary>Widths strip by strip: mapped, run and paid for.</summary>
public sealed class StripMapperTests
{
    private static readonly HardwareProfile _isaac = HardwareProfiles.BuiltIn("isaac");

    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 12)];

    [Theory, InlineData(1, 8), InlineData(2, 4), InlineData(3, 2), InlineData(4, 5)]
    public void Strips_of_one_width_are_todays_layer_bit_for_bit(int seed, int bits)
    {
        Graph graph = RandomNetworks.Import(RandomNetworks.Chain(seed));
        QuantizationPolicy plain = QuantizedNetworks.Uniform(graph, bits), strips = WithStrips(graph, plain, (_, _, _) => bits);
        (LoweredModel a, LoweredModel b) = (Lower(graph, plain, 64), Lower(graph, strips, 64));
        foreach ((CrossbarLayer x, CrossbarLayer y) in a.Program.Layers.Zip(b.Program.Layers))
        {
            // The widest width is rounded to the nearest level in a plain layer and with error compensation in strips.
            if (bits < 8)
            {
                Assert.True(x.Weights.Data.Span.SequenceEqual(y.Weights.Data.Span));
                Assert.Equal(x.WeightScales.AsEnumerable(), y.WeightScales);
                Assert.Equal(x.Bias.AsEnumerable(), y.Bias);
            }

            Assert.All(y.Blocks, w => Assert.Equal(bits, w.WeightBits));
        }
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Random_widths_give_the_integers_of_ONNX_Runtime_and_survive_lossless_converters(int seed)
    {
        var random = new Random(seed);
        Graph graph = RandomNetworks.Import(RandomNetworks.Chain(seed));
        int[] offered = [8, 6, 4, 3, 2, 0];
        QuantizationPolicy policy = WithStrips(
            graph, QuantizedNetworks.Uniform(graph, 8), (_, _, _) => offered[random.Next(offered.Length)]);
        Graph quantized = QuantizedNetworks.Quantize(graph, policy);
        LoweredModel lowered = new LayerLowering(policy, _isaac with { Rows = 64 }).Lower(quantized);
        Assert.Contains(lowered.Program.Layers, l => l.Blocks.Length > 1);
        LoweredAssert.EqualsOnnxRuntimeAndSurvivesLosslessConverters(quantized, lowered, _isaac with { Rows = 64 }, seed);
    }

    [Fact]
    public void Widths_lie_side_by_side_without_gaps_and_cost_what_their_cells_cost() => Gen.Int[0, 1_000_000].Holds(12, seed =>
    {
        var random = new Random(seed);
        var shape = new LayerShape("l", 1, random.Next(1, 400), random.Next(1, 200), 50);
        StripGrid grid = StripGrid.Of(shape, _isaac.Rows);
        int[] offered = [8, 4, 2, 0];
        var widths = new StripWidths(grid,
            [.. grid.Tiles.Select(
            _ => Enumerable.Range(0, shape.ColumnsPerGroup).Select(_ => offered[random.Next(4)]).ToImmutableArray())]);
        LayerCost cost = CostModel.Of(shape, ColumnMapper.AsCosted(StripMapper.Map(widths, _isaac)), 8, 8, 0, _isaac);
        long[] columns = [.. widths.Bits.Select(t => t.Sum(b => (b + 1L) / 2))];
        Assert.Equal(columns.Sum(c => (c + 127) / 128), cost.Arrays);
        Assert.Equal(columns.Zip(grid.Tiles, (c, t) => c * t.Rows).Sum(), cost.Cells);
        Assert.Equal(50 * 8 * columns.Sum(), cost.AdcConversions);

        var uniform = new StripWidths(grid, [.. grid.Tiles.Select(_ => Enumerable.Repeat(4, shape.ColumnsPerGroup).ToImmutableArray())]);
        LayerCost strips = CostModel.Of(shape, ColumnMapper.AsCosted(StripMapper.Map(uniform, _isaac)), 4, 8, 0, _isaac);
        LayerCost plain = CostModel.Of(shape, LayerMapper.Map(shape, 4, _isaac), 4, 8, 0, _isaac);
        Assert.Equal((plain.Arrays, plain.Cells, plain.AdcConversions, plain.Events.BusBits, plain.Events.ArrayReads),
            (strips.Arrays, strips.Cells, strips.AdcConversions, strips.Events.BusBits, strips.Events.ArrayReads));
        // The offset is taken off every strip, not once an output.
        Assert.Equal(plain.Events.ShiftAdds + (50L * shape.ColumnsPerGroup * (grid.Tiles.Length - 1)), strips.Events.ShiftAdds);
        Assert.Equal(plain.LatencyNs, strips.LatencyNs, 6);
    });

    /// <summary>Strips on arrays of 64 rows for every layer without groups.</summary>
    private static QuantizationPolicy WithStrips(Graph graph, QuantizationPolicy policy, Func<string, int, int, int> bits) =>
        new([.. policy.Layers.Select(p =>
    {
        MvmLayer layer = MvmLayers.Find(graph).First(l => l.NodeName == p.Name);
        if (layer.Groups != 1) return p;
        StripGrid grid = StripGrid.Of(LayerShapes.Of(layer), 64);
        return p with
        {
            Layout = new LayerLayout.Strips(new StripWidths(
                grid, [.. grid.Tiles.Select(
                    (_, t) => Enumerable.Range(0, layer.Outputs).Select(o => bits(p.Name, t, o)).ToImmutableArray())])),
        };
    })]);

    private static LoweredModel Lower(Graph graph, QuantizationPolicy policy, int rows) =>
        new LayerLowering(policy, _isaac with { Rows = rows }).Lower(QuantizedNetworks.Quantize(graph, policy));
}
