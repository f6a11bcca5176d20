using Cim.Compiler.Ir;
using Cim.Compiler.Lowering;
using Cim.Compiler.Mapping;
using Cim.Compiler.Ort;
using Cim.Compiler.Precision;
using Cim.Compiler.Quantization;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Cim.Runtime.Costs;
using Cim.Runtime.Hardware;
using Cim.Runtime.Mapping;
using Cim.Tests.Shared;
using CsCheck;
using Xunit;

namespace Cim.Compiler.Tests.Mapping;

/// <summary>Groups of outputs with widths and cells of their own: mapped, run and paid for.</summary>
public sealed class ColumnGroupMapperTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 8)];

    [Theory, MemberData(nameof(Seeds))]
    public void Groups_of_any_width_and_cells_give_the_integers_of_ONNX_Runtime_and_survive_lossless_converters(int seed)
    {
        var random = new Random(seed);
        HardwareProfile hardware = ColumnGroupCases.Isaac with { Rows = 64 };
        Graph graph = RandomNetworks.Import(RandomNetworks.Chain(seed));
        var policy = new QuantizationPolicy(
            [.. MvmLayers.Find(graph).Select(l => LayerShapes.Of(l).Groups != 1 ? new LayerPrecision(l.NodeName, 8, 8, 0)
            : new LayerPrecision(l.NodeName, 8, 8, 0)
            {
                Layout = new LayerLayout.Grouped(ColumnGroupCases.Draw(random, LayerShapes.Of(l), hardware)),
            })]);
        GraphInput input = GraphInput.Of(graph);
        Graph quantized = new PostTrainingQuantizer(new QuantizerOptions()).Quantize(
            graph, input, new CalibrationData(RandomNetworks.Samples(16, input.SampleElements, 9), 16, false), policy, null, default);
        LoweredModel lowered = new LayerLowering(policy, hardware).Lower(quantized);
        Assert.Contains(lowered.Program.Layers, l => l.Blocks.Length > 1);
        LoweredAssert.EqualsOnnxRuntimeAndSurvivesLosslessConverters(quantized, lowered, hardware, seed);
    }

    [Fact]
    public void One_group_costs_what_the_layer_costs() =>
        Gen.Select(Gen.Int[1, 399], Gen.Int[1, 199], Gen.Int[2, 8]).Holds(20, (rows, outputs, bits) =>
    {
        var shape = new LayerShape("l", 1, rows, outputs, 50);
        var layout = new CellLayout(WeightSlices.Of(bits, ColumnGroupCases.Isaac), 0);
        var all = new ColumnGroups(
            StripGrid.Of(shape, ColumnGroupCases.Isaac.Rows),
            [new ColumnGroup([.. Enumerable.Range(0, shape.ColumnsPerGroup)], bits, layout)]);
        LayerCost grouped = CostModel.Of(
            shape, ColumnMapper.AsCosted(ColumnGroupMapper.Map(shape, all, ColumnGroupCases.Isaac)), bits, 8, 0, ColumnGroupCases.Isaac);
        LayerCost whole = CostModel.Of(
            shape, LayerMapper.Map(shape, bits, ColumnGroupCases.Isaac, layout: layout), bits, 8, 0, ColumnGroupCases.Isaac);
        Assert.Equal((whole.Arrays, whole.Cells, whole.AdcConversions, whole.EnergyPj, whole.LatencyNs),
            (grouped.Arrays, grouped.Cells, grouped.AdcConversions, grouped.EnergyPj, grouped.LatencyNs));
    });

    [Fact]
    public void Groups_in_the_same_row_tiles_share_arrays()
    {
        var shape = new LayerShape("l", 1, 200, 32, 1);
        // 20 columns of two pairs and 12 of one: 104 of an array's 128 bit lines.
        ColumnGroups groups = ColumnGroupText.Read("3[1,1]/0:0-19;2[1]/0:20-31", shape, ColumnGroupCases.Isaac.Rows);
        Assert.Equal(2, CostModel.Of(shape, ColumnMapper.AsCosted(ColumnGroupMapper.Map(shape, groups, ColumnGroupCases.Isaac)), 3, 8, 0,
            ColumnGroupCases.Isaac).Arrays);
        ColumnGroups split = ColumnGroupText.Read("3[1,1]/50:0-19;2[1]/0:20-31", shape, ColumnGroupCases.Isaac.Rows);
        Assert.Equal(
            4 + 2, CostModel.Of(shape, ColumnMapper.AsCosted(ColumnGroupMapper.Map(shape, split, ColumnGroupCases.Isaac)), 3, 8, 0,
                ColumnGroupCases.Isaac).Arrays);
    }
}
