using System.Collections.Immutable;
using Cim.Compiler.ColumnSharing;
using Cim.Compiler.Ir;
using Cim.Compiler.Lowering;
using Cim.Compiler.Mapping;
using Cim.Compiler.Ort;
using Cim.Compiler.Precision;
using Cim.Compiler.Quantization;
using Cim.Compiler.Sensitivity;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Format;
using Cim.Runtime.Hardware;
using Cim.Runtime.Hardware.Profiles;
using Cim.Runtime.Mapping;
using Cim.Runtime.Tensors;
using Xunit;

namespace Cim.Compiler.Tests.ColumnSharing;

/// <summary>Strips that share columns: chosen, quantized, mapped, run and paid for.</summary>
public sealed class ColumnSharingTests
{
    private static readonly HardwareProfile _small = HardwareProfiles.BuiltIn("nju-32");

    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 8)];

    [Theory, MemberData(nameof(Seeds))]
    public void Sharing_nothing_but_equal_columns_changes_no_integer_and_no_cell_of_columns_that_differ(int seed)
    {
        Graph graph = RandomNetworks.Import(RandomNetworks.Chain(seed));
        foreach (int bits in new[] { 8, 4, 2 })
        {
            QuantizationPolicy plain = Uniform(graph, bits),
                merged = new([.. plain.Layers.Select(l => l with { Layout = new LayerLayout.EqualColumns(null, null) })]);
            Graph quantized = Quantize(graph, plain);
            Assert.Equal(GraphText.Write(quantized), GraphText.Write(Quantize(graph, merged)));
            (LoweredModel a, LoweredModel b) = (
                new LayerLowering(plain, _small).Lower(quantized), new LayerLowering(merged, _small).Lower(quantized));
            foreach ((CrossbarLayer x, CrossbarLayer y) in a.Program.Layers.Zip(b.Program.Layers))
            {
                Assert.Null(BlockVerifier.Problem(y));
                Assert.True(x.Weights.Data.Span.SequenceEqual(y.Weights.Data.Span));
                int distinct = y.Blocks.Sum(block => block.Columns), strips = y.Blocks.Sum(block => block.Uses.Length);
                Assert.True(distinct <= strips);
                if (distinct == strips)
                    Assert.All(y.Blocks, block => Assert.All(block.Uses, t => Assert.Equal((false, 0), (t.Negative, t.Shift))));
            }
        }
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Exact_duplicates_negations_and_doubles_merge_without_any_change_of_output(int seed)
    {
        var random = new Random(seed);
        int rows = random.Next(1, 80), outputs = random.Next(2, 20), distinct = random.Next(1, outputs);
        var shape = new LayerShape("l", 1, rows, outputs, 1);
        StripWidths widths = StripWidths.Uniform(shape, 8, _small.Rows);
        sbyte[] integers = new sbyte[outputs * rows];
        for (int t = 0; t < widths.Bits.Length; t++)
        {
            ImmutableArray<int> tile = widths.Grid.RowsOf(t);
            for (int o = 0; o < outputs; o++)
            {
                int sign = random.Next(2) == 0 ? 1 : -1,
                    shift = o < distinct ? 0 : random.Next(2),
                    source = o < distinct ? o : random.Next(distinct);
                foreach (int r in tile)
                    integers[(o * rows) + r] = o < distinct
                        ? (sbyte)random.Next(-63, 64)
                        : (sbyte)(sign * integers[(source * rows) + r] << shift);
            }
        }

        ImmutableArray<WeightBlock> blocks = SharedColumnMapper.Equal("l", integers, widths, _small);
        Assert.All(blocks, b => Assert.InRange(b.Columns, 1, distinct));
        CrossbarLayer layer = Layer(shape, integers, blocks);
        Assert.Null(BlockVerifier.Problem(layer));
        Assert.True(ColumnMapper.AsCosted(blocks).Sum(b => b.Columns) <= distinct * widths.Bits.Length);
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Shared_columns_give_the_integers_of_ONNX_Runtime_and_survive_lossless_converters(int seed)
    {
        Graph graph = RandomNetworks.Import(RandomNetworks.Chain(seed));
        foreach (ColumnSharingMethod method in new[] { ColumnSharingMethod.Group, ColumnSharingMethod.Spectral })
        {
            QuantizationPolicy policy = Merged(graph, Uniform(graph, seed % 2 == 0 ? 4 : 8), 0.4, method, seed);
            Graph quantized = Quantize(graph, policy);
            LoweredModel lowered = new LayerLowering(policy, _small).Lower(quantized);
            Assert.Contains(lowered.Program.Layers, l => l.Blocks.Any(b => b.Uses.Length > b.Columns));
            if (method == ColumnSharingMethod.Spectral)
                Assert.Contains(lowered.Program.Layers, l => l.Blocks.Any(b => b.Mapping.Encoding == WeightEncoding.Unsigned));
            LoweredAssert.EqualsOnnxRuntimeAndSurvivesLosslessConverters(quantized, lowered, _small, seed);
        }
    }

    [Theory, InlineData(1, "group"), InlineData(2, "spectral"), InlineData(3, "auto")]
    public void A_threshold_saves_the_cells_asked_for_and_more_saving_harms_more(int seed, string method)
    {
        Graph graph = RandomNetworks.Import(RandomNetworks.Chain(seed));
        QuantizationPolicy plain = Uniform(graph, 4);
        ColumnSharingTable table = Table(graph, plain, ColumnSharingOptions.Parse("0.5", method)!.Method, seed);
        double before = 0;
        foreach (double saved in new[] { 0.1, 0.3, 0.5, 0.7 })
        {
            int[][] choice = table.Choose(1 - saved);
            Assert.True(table.Cells(choice) <= (1 - saved) * table.Whole);
            Assert.True(table.LossIncrease(choice) >= before);
            before = table.LossIncrease(choice);
            QuantizationPolicy policy = table.Apply(plain, choice);
            long cells = LayerShapes.Of(graph, _small).Where(s => s.Groups == 1)
                .Sum(s => new LayerLowering(policy, _small).CostOf(s, 1).Cells);
            Assert.True(cells <= (1 - saved) * table.Whole, $"{cells} of {table.Whole}");
            // Mapped with real integers columns can only become fewer: some are zero or equal.
            LoweredModel lowered = new LayerLowering(policy, _small).Lower(Quantize(graph, policy));
            long mapped = LayerShapes.Of(graph, _small).Where(s => s.Groups == 1)
                .Sum(s => new LayerLowering(policy, _small).CostOf(s, lowered, 1).Cells);
            Assert.True(mapped <= cells, $"{mapped} of {cells}");
        }
    }

    [Theory, InlineData(1, "group"), InlineData(2, "spectral")]
    public void Strips_of_zeros_stay_zeros_and_take_no_cells(int seed, string method)
    {
        Graph graph = RandomNetworks.Import(RandomNetworks.Chain(seed));
        MvmLayer layer = MvmLayers.Find(graph).First(l => l.Groups == 1 && l.Outputs > 2);
        StripGrid grid = StripGrid.Of(LayerShapes.Of(layer), _small.Rows);
        (float[] weights, int rows) = (layer.WeightMatrix.Span<float>().ToArray(), layer.RowsPerGroup);
        foreach (int r in grid.RowsOf(0))
            for (int o = 0; o < layer.Outputs; o += 2) weights[(o * rows) + r] = 0;
        layer = layer.WithData(() => Tensor.Create<float>(new Shape(layer.Outputs, rows), weights), () => null);
        var policy = new QuantizationPolicy([new LayerPrecision(layer.NodeName, 4, 8, 0)]);
        var table = new ColumnSharingTable(
            [layer], policy, null, new ColumnSharingRules(_small, ColumnSharingOptions.Parse("0.3", method)!.Method, 0), null, default);
        foreach (double share in new[] { 0.99, 0.5 })
        {
            SharedColumns? shared = table.Apply(policy, table.Choose(share)).Layers[0].SharedColumns;
            if (shared is null) continue;
            LayerWeights quantized = SharedColumnQuantizer.Quantize(layer, shared, null);
            for (int o = 0; o < layer.Outputs; o += 2)
            {
                Assert.True(shared.Tiles[0][o].IsNone);
                Assert.All(grid.RowsOf(0), r => Assert.Equal(0, quantized.Integers[(o * rows) + r]));
            }

            Assert.DoesNotContain(SharedColumnMapper.Map("l", quantized.Integers.AsSpan(), shared, _small)
                .SelectMany(b => b.Mapping.RowOrder.SequenceEqual(grid.RowsOf(0)) ? b.Uses.Select(t => t.Output) : []), o => o % 2 == 0);
        }
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Shared_columns_are_read_as_they_are_written_and_checked_against_the_layer(int seed)
    {
        var random = new Random(seed);
        var shape = new LayerShape("l", 1, random.Next(1, 100), random.Next(1, 20), 1);
        SharedColumns shared = RandomSharing(random, shape, random.Next(2) == 0);
        string text = SharedColumnText.Write(shared);
        Assert.Equal(text, SharedColumnText.Write(SharedColumnText.Read(text, shape, shared.Widths)));
        foreach (string wrong in new[] { "", "pairs", "pairs9:0", "trio4:0", text + "/0", text + ",0", text
            + "-", text.Replace(":", ":x", StringComparison.Ordinal), text.Replace(":", ":0<7,", StringComparison.Ordinal) })
            Assert.Equal("CIM0011", Assert.Throws<CimException>(() => SharedColumnText.Read(wrong, shape, shared.Widths)).Code);
        Assert.Throws<CimException>(() => SharedColumnText.Read(text, shape with { Groups = 2 }, shared.Widths));
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Columns_are_found_again_in_the_integers_of_the_strips_made_of_them(int seed)
    {
        var random = new Random(seed);
        var shape = new LayerShape("l", 1, random.Next(1, 100), random.Next(1, 30), 1);
        foreach (bool split in new[] { false, true })
        {
            SharedColumns shared = RandomSharing(random, shape, split);
            sbyte[] integers = Integers(random, shared, shape);
            CrossbarLayer layer = Layer(shape, integers, SharedColumnMapper.Map("l", integers, shared, _small));
            Assert.Null(BlockVerifier.Problem(layer));
            for (int t = 0; t < shared.Tiles.Length; t++)
                Assert.True(layer.Blocks.Where(b => b.Mapping.RowOrder.SequenceEqual(shared.Widths.Grid.RowsOf(t)))
                    .Sum(b => b.Columns) <= shared.Columns(t));

            // Integers of other shared columns are an error, not another network.
            int changed = Array.FindIndex(integers, v => v is > 0 and < 100);
            if (changed < 0) continue;
            sbyte[] wrong = [.. integers];
            wrong[changed] += 127 - 100;
            if (shared.Tiles.Any(t => t.Count(combination => combination == t[changed / shape.RowsPerGroup]) > 1))
                try { Assert.Null(BlockVerifier.Problem(Layer(shape, wrong, SharedColumnMapper.Map("l", wrong, shared, _small)))); }
                catch (CimException e) { Assert.Equal("CIM4003", e.Code); }
        }
    }

    [Fact]
    public void Weights_that_shared_columns_can_represent_are_fitted_to_the_last_bit()
    {
        var random = new Random(4);
        var shape = new LayerShape("l", 1, 70, 24, 1);
        SharedColumns shared = RandomSharing(random, shape, false);
        sbyte[] integers = Integers(random, shared, shape);
        float[] weights = [.. integers.Select((q, i) => q * (0.01f + (0.001f * (i / 70))))];
        SharedColumnLayer fitted = SharedColumnQuantizer.Fit(weights, shared, null);
        double error = 0, power = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            double w = fitted.Integers()[i] * (double)fitted.Scales()[i / 70];
            (error, power) = (error + Math.Pow(w - weights[i], 2), power + (weights[i] * weights[i]));
        }

        // What rounding of a different unit leaves: columns have 4 bits.
        Assert.InRange(error / power, 0, 0.02);
    }

    [Theory, InlineData("1"), InlineData("-0.1"), InlineData("x")]
    public void Shares_that_cannot_be_are_refused(string share)
    {
        Assert.Equal("CIM0010", Assert.Throws<CimException>(() => ColumnSharingOptions.Parse(share, "auto")).Code);
        Assert.Null(ColumnSharingOptions.Parse(null, "auto"));
        Assert.Null(ColumnSharingOptions.Parse("auto", "group")!.Share);
        Assert.Equal(0, ColumnSharingOptions.Parse("0", "spectral")!.Share);
        Assert.Throws<CimException>(() => ColumnSharingOptions.Parse("0.5", "sorted"));
    }

    private static SharedColumns RandomSharing(Random random, LayerShape shape, bool split)
    {
        StripWidths widths = StripWidths.Uniform(shape, 4, _small.Rows);
        int pool = random.Next(1, shape.ColumnsPerGroup + 1);
        return new SharedColumns(widths, split, 8, [.. widths.Bits.Select(t => t.Select(_ =>
        {
            int a = random.Next(-1, pool), b = random.Next(-1, pool), shift = random.Next(5);
            if (split)
                return a == b ? ColumnCombination.None : a < 0 && b < 0 ? ColumnCombination.None : new ColumnCombination(a, b, shift);
            return a < 0 ? ColumnCombination.None : b % 2 == 0 ? new ColumnCombination(a, -1, shift) : new ColumnCombination(-1, a, shift);
        }).ToImmutableArray())]);
    }

    private static sbyte[] Integers(Random random, SharedColumns shared, LayerShape shape)
    {
        int rows = shape.RowsPerGroup;
        sbyte[] integers = new sbyte[shape.ColumnsPerGroup * rows];
        for (int t = 0; t < shared.Tiles.Length; t++)
        {
            int[] column = new int[shared.Columns(t)];
            foreach (int r in shared.Widths.Grid.RowsOf(t))
            {
                for (int c = 0; c < column.Length; c++) column[c] = random.Next(shared.IsSplit ? 0 : -7, 8);
                for (int o = 0; o < shape.ColumnsPerGroup; o++)
                {
                    ColumnCombination combination = shared.Tiles[t][o];
                    integers[(o * rows) + r] = (
                        sbyte)(((combination.Plus < 0 ? 0 : column[combination.Plus])
                            - (combination.Minus < 0 ? 0 : column[combination.Minus])) << combination.Shift);
                }
            }
        }

        return integers;
    }

    private static CrossbarLayer Layer(LayerShape shape, sbyte[] integers, ImmutableArray<WeightBlock> blocks) => new()
    {
        Name = "l", Groups = 1, RowsPerGroup = shape.RowsPerGroup, ColumnsPerGroup = shape.ColumnsPerGroup, PositionsPerImage = 1,
            WeightBits = 8, Geometry = null,
        Weights = Tensor.Create<sbyte>(new Shape(shape.ColumnsPerGroup, shape.RowsPerGroup), integers),
        WeightScales = [.. Enumerable.Repeat(1f, shape.ColumnsPerGroup)], Bias = [.. new int[shape.ColumnsPerGroup]],
        Input = new QuantizationParameters(1, 0, 8, false), Epilogue = Epilogue.None, Mapping = LayerMapper.Map(shape, 8, _small),
        Blocks = blocks,
    };

    private static ColumnSharingTable Table(Graph graph, QuantizationPolicy policy, ColumnSharingMethod method, int seed)
    {
        ImmutableArray<MvmLayer> layers = MvmLayers.Find(graph);
        GraphInput input = GraphInput.Of(graph);
        var data = new CalibrationData(RandomNetworks.Samples(24, input.SampleElements, 3), 24, false);
        return new ColumnSharingTable(
            layers, policy, WeightFisher.Measure(graph, input, data, layers, 1, null, default),
            new ColumnSharingRules(_small, method, (ulong)seed), null, default);
    }

    private static QuantizationPolicy Merged(Graph graph, QuantizationPolicy policy, double saved, ColumnSharingMethod method, int seed)
    {
        ColumnSharingTable table = Table(graph, policy, method, seed);
        return table.Apply(policy, table.Choose(1 - saved));
    }

    private static QuantizationPolicy Uniform(Graph graph, int bits) =>
        QuantizationPolicy.Uniform(MvmLayers.Find(graph).Select(l => l.NodeName), bits, 8);

    private static Graph Quantize(Graph graph, QuantizationPolicy policy)
    {
        GraphInput input = GraphInput.Of(graph);
        var data = new CalibrationData(RandomNetworks.Samples(24, input.SampleElements, 7), 24, false);
        return new PostTrainingQuantizer(new QuantizerOptions())
            .Quantize(graph, input, data, policy, null, CancellationToken.None);
    }
}
