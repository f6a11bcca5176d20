using System.Collections.Immutable;
using Cim.Compiler.ColumnSharing;
using Cim.Compiler.Ir;
using Cim.Compiler.Lowering;
using Cim.Compiler.Mapping;
using Cim.Compiler.Ort;
using Cim.Compiler.Precision;
using Cim.Compiler.Tests.ColumnSharing;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Format;
using Cim.Runtime.Hardware;
using Cim.Runtime.Mapping;
using Xunit;

namespace Cim.Compiler.Tests.Mapping;

/// <summary>Strips that share columns: mapped, run and paid for.</summary>
public sealed class SharedColumnMapperTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 8)];

    [Theory, MemberData(nameof(Seeds))]
    public void Sharing_nothing_but_equal_columns_changes_no_integer_and_no_cell_of_columns_that_differ(int seed)
    {
        Graph graph = RandomNetworks.Import(RandomNetworks.Chain(seed));
        foreach (int bits in new[] { 8, 4, 2 })
        {
            QuantizationPolicy plain = QuantizedNetworks.Uniform(graph, bits),
                shared = new([.. plain.Layers.Select(l => l with { Layout = new LayerLayout.EqualColumns(null, null) })]);
            Graph quantized = QuantizedNetworks.Quantize(graph, plain);
            Assert.Equal(GraphText.Write(quantized), GraphText.Write(QuantizedNetworks.Quantize(graph, shared)));
            (LoweredModel a, LoweredModel b) = (
                new LayerLowering(plain, SharedColumnCases.Small).Lower(quantized),
                new LayerLowering(shared, SharedColumnCases.Small).Lower(quantized));
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
    public void Exact_duplicates_negations_and_doubles_share_columns_without_any_change_of_output(int seed)
    {
        var random = new Random(seed);
        int rows = random.Next(1, 80), outputs = random.Next(2, 20), distinct = random.Next(1, outputs);
        var shape = new LayerShape("l", 1, rows, outputs, 1);
        StripWidths widths = StripWidths.Uniform(shape, 8, SharedColumnCases.Small.Rows);
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

        ImmutableArray<WeightBlock> blocks = SharedColumnMapper.Equal("l", integers, widths, SharedColumnCases.Small);
        Assert.All(blocks, b => Assert.InRange(b.Columns, 1, distinct));
        CrossbarLayer layer = SharedColumnCases.Layer(shape, integers, blocks);
        Assert.Null(BlockVerifier.Problem(layer));
        Assert.True(ColumnMapper.AsCosted(blocks).Sum(b => b.Columns) <= distinct * widths.Bits.Length);
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Shared_columns_give_the_integers_of_ONNX_Runtime_and_survive_lossless_converters(int seed)
    {
        Graph graph = RandomNetworks.Import(RandomNetworks.Chain(seed));
        foreach (ColumnSharingMethod method in new[] { ColumnSharingMethod.Group, ColumnSharingMethod.Spectral })
        {
            QuantizationPolicy policy = SharedColumnCases.Shared(
                graph, QuantizedNetworks.Uniform(graph, seed % 2 == 0 ? 4 : 8), 0.4, method, seed);
            Graph quantized = QuantizedNetworks.Quantize(graph, policy);
            LoweredModel lowered = new LayerLowering(policy, SharedColumnCases.Small).Lower(quantized);
            Assert.Contains(lowered.Program.Layers, l => l.Blocks.Any(b => b.Uses.Length > b.Columns));
            if (method == ColumnSharingMethod.Spectral)
                Assert.Contains(lowered.Program.Layers, l => l.Blocks.Any(b => b.Mapping.Encoding == WeightEncoding.Unsigned));
            LoweredAssert.EqualsOnnxRuntimeAndSurvivesLosslessConverters(quantized, lowered, SharedColumnCases.Small, seed);
        }
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Columns_are_found_again_in_the_integers_of_the_strips_made_of_them(int seed)
    {
        var random = new Random(seed);
        var shape = new LayerShape("l", 1, random.Next(1, 100), random.Next(1, 30), 1);
        foreach (bool split in new[] { false, true })
        {
            SharedColumns shared = SharedColumnCases.RandomSharing(random, shape, split);
            sbyte[] integers = SharedColumnCases.Integers(random, shared, shape);
            CrossbarLayer layer = SharedColumnCases.Layer(
                shape, integers, SharedColumnMapper.Map("l", integers, shared, SharedColumnCases.Small));
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
                try { Assert.Null(BlockVerifier.Problem(
                    SharedColumnCases.Layer(shape, wrong, SharedColumnMapper.Map("l", wrong, shared, SharedColumnCases.Small)))); }
                catch (CimException e) { Assert.Equal("CIM4003", e.Code); }
        }
    }
}
