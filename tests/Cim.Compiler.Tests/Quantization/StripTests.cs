using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Compiler.Lowering;
using Cim.Compiler.Mapping;
using Cim.Compiler.Ort;
using Cim.Compiler.Precision;
using Cim.Compiler.Quantization;
using Cim.Compiler.Sensitivity;
using Cim.Compiler.Strips;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Cim.Runtime.Costs;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Hardware;
using Cim.Runtime.Hardware.Profiles;
using Cim.Runtime.Mapping;
using Xunit;

namespace Cim.Compiler.Tests.Quantization;

/// <summary>Widths strip by strip: cut, quantized, mapped, run and paid for.</summary>
public sealed class StripTests
{
    private static readonly HardwareProfile _isaac = HardwareProfiles.BuiltIn("isaac");

    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 12)];

    [Theory, MemberData(nameof(Seeds))]
    public void A_grid_holds_every_row_once_in_no_more_tiles_than_needed_and_keeps_kernel_places_whole_where_it_can(int seed)
    {
        var random = new Random(seed);
        for (int i = 0; i < 30; i++)
        {
            int channels = random.Next(1, 300),
                places = random.Next(2) == 0 ? 1 : 9,
                arrayRows = random.Next(2) == 0 ? 128 : random.Next(4, 256);
            StripGrid grid = StripGrid.Of(new LayerShape("l", 1, channels * places, 7, 1) { KernelPositions = places }, arrayRows);
            Assert.Equal(Enumerable.Range(0, channels * places), grid.RowOrder.Order());
            Assert.Equal((channels * places + arrayRows - 1) / arrayRows, grid.Tiles.Length);
            Assert.All(grid.Tiles, t => Assert.InRange(t.Rows, 1, arrayRows));
            if (channels == arrayRows || channels * 2 == arrayRows)
                Assert.All(Enumerable.Range(0, grid.Tiles.Length),
                    t => Assert.True(grid.RowsOf(t).GroupBy(r => r % places).All(g => g.Count() == channels)));
        }

        StripGrid whole = StripGrid.Of(new LayerShape("l", 1, 128 * 9, 7, 1) { KernelPositions = 9 }, 128);
        Assert.Equal(Enumerable.Range(0, 128).Select(c => (c * 9) + 4), whole.RowsOf(4)); // The 1x1x128 vector at the kernel's middle.
    }

    [Fact]
    public void Digits_are_read_as_they_are_written_and_checked_against_the_arrays()
    {
        var shape = new LayerShape("l", 1, 200, 3, 1);
        StripWidths widths = StripText.Read("804/222", shape, 128);
        Assert.Equal("804/222", StripText.Write(widths));
        Assert.Equal(8, widths.Widest);
        foreach (string wrong in new[] { "804", "804/22", "804/2222", "804/221", "80x/222", "804/222/222" })
            Assert.Equal("CIM0011", Assert.Throws<CimException>(() => StripText.Read(wrong, shape, 128)).Code);
        Assert.Throws<CimException>(() => StripText.Read("804/222", shape, 256));
        Assert.Throws<CimException>(() => StripText.Read("804/222", shape with { Groups = 2 }, 128));
    }

    [Theory, InlineData(1, 8), InlineData(2, 4), InlineData(3, 2), InlineData(4, 5)]
    public void Strips_of_one_width_are_todays_layer_bit_for_bit(int seed, int bits)
    {
        Graph graph = RandomNetworks.Import(RandomNetworks.Chain(seed));
        QuantizationPolicy plain = Uniform(graph, bits), strips = WithStrips(graph, plain, (_, _, _) => bits);
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
        QuantizationPolicy policy = WithStrips(graph, Uniform(graph, 8), (_, _, _) => offered[random.Next(offered.Length)]);
        Graph quantized = Quantize(graph, policy);
        LoweredModel lowered = new LayerLowering(policy, _isaac with { Rows = 64 }).Lower(quantized);
        Assert.Contains(lowered.Program.Layers, l => l.Blocks.Length > 1);
        LoweredAssert.EqualsOnnxRuntimeAndSurvivesLosslessConverters(quantized, lowered, _isaac with { Rows = 64 }, seed);
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Widths_lie_side_by_side_without_gaps_and_cost_what_their_cells_cost(int seed)
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
    }

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

        QuantizationPolicy policy = table.Apply(Uniform(graph, 8), table.Choose(0.4, StripUnit.Strip));
        Assert.Contains(policy.Layers, l => l.Layout is LayerLayout.Strips);
        long cells = LayerShapes.Of(graph, _isaac).Sum(s => new LayerLowering(policy, _isaac with { Rows = 16 }).CostOf(s, 1).Cells);
        Assert.True(cells <= 0.4 * table.Whole, $"{cells} of {table.Whole}");
        ImmutableArray<LayerShape> shapes = LayerShapes.Of(graph, _isaac);
        PolicyText text = PolicyText.Of(policy);
        Assert.Equal(policy.Layers.AsEnumerable(), text.Bind(shapes, 16).Layers.AsEnumerable());
        Assert.Equal("CIM0011", Assert.Throws<CimException>(() => text.Bind(shapes, _isaac.Rows)).Code);
    }

    [Fact]
    public void Fisher_information_times_an_error_predicts_the_divergence_it_causes()
    {
        Graph graph = RandomNetworks.Import(RandomNetworks.Chain(5));
        ImmutableArray<MvmLayer> layers = MvmLayers.Find(graph);
        GraphInput input = GraphInput.Of(graph);
        var data = new CalibrationData(RandomNetworks.Samples(64, input.SampleElements, 3), 64, false);
        Dictionary<string, float[]> fisher = WeightFisher.Measure(graph, input, data, layers, 1, null, default)!;
        var table = new StripTable(layers, fisher, _isaac, []);
        double[] harm = [.. new[] { 0.9, 0.5, 0.3 }.Select(s => table.LossIncrease(table.Choose(s, StripUnit.Strip)))];
        Assert.True(harm[0] < harm[1] && harm[1] < harm[2]);
    }

    [Theory, InlineData("0"), InlineData("1"), InlineData("-0.5"), InlineData("x")]
    public void Shares_that_cannot_be_are_refused(string share)
    {
        Assert.Equal("CIM0010", Assert.Throws<CimException>(() => StripOptions.Parse(share, null, "strip")).Code);
        Assert.Null(StripOptions.Parse("auto", null, "strip")!.Compression);
        Assert.Equal([8, 2, 0], StripOptions.Parse("0.5", "0,8,2", "column")!.Widths.ToArray());
        Assert.Throws<CimException>(() => StripOptions.Parse("0.5", "1,8", "strip"));
        Assert.Throws<CimException>(() => StripOptions.Parse("0.5", null, "cell"));
    }

    private static QuantizationPolicy Uniform(Graph graph, int bits) =>
        QuantizationPolicy.Uniform(MvmLayers.Find(graph).Select(l => l.NodeName), bits, 8);

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

    private static Graph Quantize(Graph graph, QuantizationPolicy policy)
    {
        GraphInput input = GraphInput.Of(graph);
        var data = new CalibrationData(RandomNetworks.Samples(24, input.SampleElements, 7), 24, false);
        return new PostTrainingQuantizer(new QuantizerOptions())
            .Quantize(graph, input, data, policy, null, CancellationToken.None);
    }

    private static LoweredModel Lower(Graph graph, QuantizationPolicy policy, int rows) =>
        new LayerLowering(policy, _isaac with { Rows = rows }).Lower(Quantize(graph, policy));
}
