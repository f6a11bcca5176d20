using System.Collections.Immutable;
using Cim.Compiler.ColumnSharing;
using Cim.Compiler.Ir;
using Cim.Compiler.Mapping;
using Cim.Compiler.Ort;
using Cim.Compiler.Precision;
using Cim.Compiler.Sensitivity;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Hardware;
using Cim.Runtime.Hardware.Profiles;
using Cim.Runtime.Mapping;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Tests.ColumnSharing;

/// <summary>Layers with shared columns, drawn at random or chosen.</summary>
internal static class SharedColumnCases
{
    public static readonly HardwareProfile Small = HardwareProfiles.BuiltIn("nju-32");

    public static SharedColumns RandomSharing(Random random, LayerShape shape, bool split)
    {
        StripWidths widths = StripWidths.Uniform(shape, 4, Small.Rows);
        int columns = random.Next(1, shape.ColumnsPerGroup + 1);
        return new SharedColumns(widths, split, 8, [.. widths.Bits.Select(t => t.Select(_ =>
        {
            int a = random.Next(-1, columns), b = random.Next(-1, columns), shift = random.Next(5);
            if (split)
                return a == b ? ColumnCombination.None : a < 0 && b < 0 ? ColumnCombination.None : new ColumnCombination(a, b, shift);
            return a < 0 ? ColumnCombination.None : b % 2 == 0 ? new ColumnCombination(a, -1, shift) : new ColumnCombination(-1, a, shift);
        }).ToImmutableArray())]);
    }

    public static sbyte[] Integers(Random random, SharedColumns shared, LayerShape shape)
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

    public static CrossbarLayer Layer(LayerShape shape, sbyte[] integers, ImmutableArray<WeightBlock> blocks) => new()
    {
        Name = "l", Groups = 1, RowsPerGroup = shape.RowsPerGroup, ColumnsPerGroup = shape.ColumnsPerGroup, PositionsPerImage = 1,
            WeightBits = 8, Geometry = null,
        Weights = Tensor.Create<sbyte>(new Shape(shape.ColumnsPerGroup, shape.RowsPerGroup), integers),
        WeightScales = [.. Enumerable.Repeat(1f, shape.ColumnsPerGroup)], Bias = [.. new int[shape.ColumnsPerGroup]],
        Input = new QuantizationParameters(1, 0, 8, false), Epilogue = Epilogue.None, Mapping = LayerMapper.Map(shape, 8, Small),
        Blocks = blocks,
    };

    public static ColumnSharingTable Table(Graph graph, QuantizationPolicy policy, ColumnSharingMethod method, int seed)
    {
        ImmutableArray<MvmLayer> layers = MvmLayers.Find(graph);
        GraphInput input = GraphInput.Of(graph);
        var data = new CalibrationData(RandomNetworks.Samples(24, input.SampleElements, 3), 24, false);
        return new ColumnSharingTable(
            layers, policy, WeightFisher.Measure(graph, input, data, layers, 1, null, default),
            new ColumnSharingRules(Small, method, (ulong)seed), null, default);
    }

    public static QuantizationPolicy Shared(Graph graph, QuantizationPolicy policy, double saved, ColumnSharingMethod method, int seed)
    {
        ColumnSharingTable table = Table(graph, policy, method, seed);
        return table.Apply(policy, table.Choose(1 - saved));
    }
}
