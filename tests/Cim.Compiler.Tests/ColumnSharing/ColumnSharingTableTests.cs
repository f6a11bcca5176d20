using Cim.Compiler.ColumnSharing;
using Cim.Compiler.Ir;
using Cim.Compiler.Lowering;
using Cim.Compiler.Mapping;
using Cim.Compiler.Ort;
using Cim.Compiler.Precision;
using Cim.Compiler.Quantization;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Cim.Runtime.Tensors;
using Xunit;

namespace Cim.Compiler.Tests.ColumnSharing;

/// <summary>Which strips share columns.</summary>
public sealed class ColumnSharingTableTests
{
    [Theory, InlineData(1, "group"), InlineData(2, "spectral"), InlineData(3, "auto")]
    public void A_threshold_saves_the_cells_asked_for_and_more_saving_increases_the_loss(int seed, string method)
    {
        Graph graph = RandomNetworks.Import(RandomNetworks.Chain(seed));
        QuantizationPolicy plain = QuantizedNetworks.Uniform(graph, 4);
        ColumnSharingTable table = SharedColumnCases.Table(graph, plain, ColumnSharingOptions.Parse("0.5", method)!.Method, seed);
        double before = 0;
        foreach (double saved in new[] { 0.1, 0.3, 0.5, 0.7 })
        {
            int[][] choice = table.Choose(1 - saved);
            Assert.True(table.Cells(choice) <= (1 - saved) * table.Whole);
            Assert.True(table.LossIncrease(choice) >= before);
            before = table.LossIncrease(choice);
            QuantizationPolicy policy = table.Apply(plain, choice);
            long cells = LayerShapes.Of(graph, SharedColumnCases.Small).Where(s => s.Groups == 1)
                .Sum(s => new LayerLowering(policy, SharedColumnCases.Small).CostOf(s, 1).Cells);
            Assert.True(cells <= (1 - saved) * table.Whole, $"{cells} of {table.Whole}");
            // Mapped with real integers columns can only become fewer: some are zero or equal.
            LoweredModel lowered = new LayerLowering(policy, SharedColumnCases.Small).Lower(QuantizedNetworks.Quantize(graph, policy));
            long mapped = LayerShapes.Of(graph, SharedColumnCases.Small).Where(s => s.Groups == 1)
                .Sum(s => new LayerLowering(policy, SharedColumnCases.Small).CostOf(s, lowered, 1).Cells);
            Assert.True(mapped <= cells, $"{mapped} of {cells}");
        }
    }

    [Theory, InlineData(1, "group"), InlineData(2, "spectral")]
    public void Strips_of_zeros_stay_zeros_and_take_no_cells(int seed, string method)
    {
        Graph graph = RandomNetworks.Import(RandomNetworks.Chain(seed));
        MvmLayer layer = MvmLayers.Find(graph).First(l => l.Groups == 1 && l.Outputs > 2);
        StripGrid grid = StripGrid.Of(LayerShapes.Of(layer), SharedColumnCases.Small.Rows);
        (float[] weights, int rows) = (layer.WeightMatrix.Span<float>().ToArray(), layer.RowsPerGroup);
        foreach (int r in grid.RowsOf(0))
            for (int o = 0; o < layer.Outputs; o += 2) weights[(o * rows) + r] = 0;
        layer = layer.WithData(() => Tensor.Create<float>(new Shape(layer.Outputs, rows), weights), () => null);
        var policy = new QuantizationPolicy([new LayerPrecision(layer.NodeName, 4, 8, 0)]);
        var table = new ColumnSharingTable(
            [layer], policy, null, new ColumnSharingRules(SharedColumnCases.Small, ColumnSharingOptions.Parse("0.3", method)!.Method, 0),
            null, default);
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

            Assert.DoesNotContain(SharedColumnMapper.Map("l", quantized.Integers.AsSpan(), shared, SharedColumnCases.Small)
                .SelectMany(b => b.Mapping.RowOrder.SequenceEqual(grid.RowsOf(0)) ? b.Uses.Select(t => t.Output) : []), o => o % 2 == 0);
        }
    }
}
