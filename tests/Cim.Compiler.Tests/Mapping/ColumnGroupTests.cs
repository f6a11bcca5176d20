using System.Collections.Immutable;
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
using Cim.Runtime.Hardware.Profiles;
using Cim.Runtime.Mapping;
using Xunit;

namespace Cim.Compiler.Tests.Mapping;

/// <summary>Groups of outputs with widths and cells of their own.</summary>
public sealed class ColumnGroupTests
{
    private static readonly HardwareProfile _isaac = HardwareProfiles.BuiltIn("isaac") with { Encoding = WeightEncoding.Differential };

    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 8)];

    /// <summary>Outputs in up to three groups of random widths, slices and row tiles.</summary>
    private static ColumnGroups Draw(Random random, LayerShape shape, HardwareProfile profile)
    {
        int outputs = shape.ColumnsPerGroup;
        int[] of = [.. Enumerable.Range(0, outputs).Select(_ => random.Next(3))];
        return new ColumnGroups(StripGrid.Of(shape, profile.Rows), [.. Enumerable.Range(0, outputs).GroupBy(o => of[o]).Select(g =>
        {
            int bits = random.Next(2, 7);
            ImmutableArray<ImmutableArray<int>> slices = CellLayout.SlicesOf(bits, profile);
            return new ColumnGroup(
                [.. g], bits, new CellLayout(slices[random.Next(slices.Length)], random.Next(2) == 0 ? 0 : random.Next(10, 40)));
        })]);
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Text_is_read_as_it_is_written(int seed)
    {
        var random = new Random(seed);
        var shape = new LayerShape("l", 1, 50, random.Next(1, 80), 1);
        ColumnGroups groups = Draw(random, shape, _isaac);
        string text = ColumnGroupText.Write(groups);
        Assert.Equal(text, ColumnGroupText.Write(ColumnGroupText.Read(text, shape, _isaac.Rows)));
        Assert.Equal(shape.ColumnsPerGroup, ColumnGroupText.Read(text, shape, _isaac.Rows).Groups.Sum(g => g.Outputs.Length));
    }

    [Theory]
    [InlineData("3[1,1]/0:0-3", "output 4")] // one missing
    [InlineData("3[1,1]/0:0-4;2[1]/0:4", "output 4")] // one twice
    [InlineData("3[1,1]/0:0-5", "'5'")]
    [InlineData("3[1,1]/0:4-0", "'0'")]
    [InlineData("1[1,1]/0:0-4", "'1'")]
    [InlineData("3[1,9]/0:0-4", "'9'")]
    [InlineData("3/0:0-4", "'3/0:0-4'")]
    [InlineData("3[1,1]:0-4", "'3[1,1]:0-4'")]
    [InlineData("", "''")]
    public void Text_that_does_not_fit_the_layer_is_an_error_that_says_where(string text, string where)
    {
        var e = Assert.Throws<CimException>(() => ColumnGroupText.Read(text, new LayerShape("conv3", 1, 50, 5, 1), _isaac.Rows));
        Assert.Equal("CIM0011", e.Code);
        Assert.Contains("conv3", e.Message, StringComparison.Ordinal);
        Assert.Contains(where, e.Message, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Groups_of_any_width_and_cells_give_the_integers_of_ONNX_Runtime_and_survive_lossless_converters(int seed)
    {
        var random = new Random(seed);
        HardwareProfile hardware = _isaac with { Rows = 64 };
        Graph graph = RandomNetworks.Import(RandomNetworks.Chain(seed));
        var policy = new QuantizationPolicy(
            [.. MvmLayers.Find(graph).Select(l => LayerShapes.Of(l).Groups != 1 ? new LayerPrecision(l.NodeName, 8, 8, 0)
            : new LayerPrecision(l.NodeName, 8, 8, 0)
            {
                Layout = new LayerLayout.Grouped(Draw(random, LayerShapes.Of(l), hardware)),
            })]);
        GraphInput input = GraphInput.Of(graph);
        Graph quantized = new PostTrainingQuantizer(new QuantizerOptions()).Quantize(
            graph, input, new CalibrationData(RandomNetworks.Samples(16, input.SampleElements, 9), 16, false), policy, null, default);
        LoweredModel lowered = new LayerLowering(policy, hardware).Lower(quantized);
        Assert.Contains(lowered.Program.Layers, l => l.Blocks.Length > 1);
        LoweredAssert.EqualsOnnxRuntimeAndSurvivesLosslessConverters(quantized, lowered, hardware, seed);
    }

    [Theory, MemberData(nameof(Seeds))]
    public void One_group_costs_what_the_layer_costs(int seed)
    {
        var random = new Random(seed);
        var shape = new LayerShape("l", 1, random.Next(1, 400), random.Next(1, 200), 50);
        int bits = random.Next(2, 9);
        var layout = new CellLayout(WeightSlices.Of(bits, _isaac), 0);
        var all = new ColumnGroups(
            StripGrid.Of(shape, _isaac.Rows), [new ColumnGroup([.. Enumerable.Range(0, shape.ColumnsPerGroup)], bits, layout)]);
        LayerCost grouped = CostModel.Of(shape, ColumnMapper.AsCosted(ColumnGroupMapper.Map(shape, all, _isaac)), bits, 8, 0, _isaac);
        LayerCost whole = CostModel.Of(shape, LayerMapper.Map(shape, bits, _isaac, layout: layout), bits, 8, 0, _isaac);
        Assert.Equal((whole.Arrays, whole.Cells, whole.AdcConversions, whole.EnergyPj, whole.LatencyNs),
            (grouped.Arrays, grouped.Cells, grouped.AdcConversions, grouped.EnergyPj, grouped.LatencyNs));
    }

    [Fact]
    public void Groups_in_the_same_row_tiles_share_arrays()
    {
        var shape = new LayerShape("l", 1, 200, 32, 1);
        // 20 columns of two pairs and 12 of one: 104 of an array's 128 bit lines.
        ColumnGroups groups = ColumnGroupText.Read("3[1,1]/0:0-19;2[1]/0:20-31", shape, _isaac.Rows);
        Assert.Equal(2, CostModel.Of(shape, ColumnMapper.AsCosted(ColumnGroupMapper.Map(shape, groups, _isaac)), 3, 8, 0, _isaac).Arrays);
        ColumnGroups split = ColumnGroupText.Read("3[1,1]/50:0-19;2[1]/0:20-31", shape, _isaac.Rows);
        Assert.Equal(
            4 + 2, CostModel.Of(shape, ColumnMapper.AsCosted(ColumnGroupMapper.Map(shape, split, _isaac)), 3, 8, 0, _isaac).Arrays);
    }
}
