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
using Cim.Runtime.Crossbar;
using Cim.Runtime.Crossbar.Blocks;
using Cim.Runtime.Hardware;
using Cim.Runtime.Hardware.Profiles;
using Cim.Runtime.Mapping;
using Cim.Tests.Shared;
using CsCheck;
using Xunit;

namespace Cim.Compiler.Tests.Mapping;

/// <summary>What cost counts is what is emitted, whatever the layout, and nothing lies on spare columns.</summary>
public sealed class ModelCostTests
{
    [Fact]
    public void Arrays_and_cells_of_cost_are_those_of_the_blocks_and_leave_spare_columns_free() => Gen.Int[0, 1_000_000].Holds(60, seed =>
    {
        var random = new Random(seed);
        HardwareProfile profile = RandomProfile(random);
        var shape = new LayerShape("l", 1, random.Next(2, 120), random.Next(1, 60), 1);
        int cells = UsableColumns.CellsPerSlice(profile.Encoding);
        foreach ((string layout, ImmutableArray<WeightBlock> blocks) in Layouts(random, shape, profile))
        {
            LayerCost cost = CostModel.Of(shape, ColumnMapper.AsCosted(blocks), 8, 8, 0, profile);
            ArrayTile[] tiles = [.. blocks.SelectMany(b => b.Mapping.Tiles)];
            Assert.Equal((layout, tiles.Select(t => t.Array).Distinct().LongCount()), (layout, cost.Arrays));
            Assert.Equal((layout, tiles.Sum(t => (long)t.Rows * t.Columns)), (layout, cost.Cells));
            foreach (IGrouping<int, ArrayTile> array in tiles.GroupBy(t => t.Array))
            {
                bool[] used = new bool[profile.Columns];
                foreach (ArrayTile t in array)
                {
                    Assert.True(t.Rows <= profile.Rows);
                    for (int c = t.ColumnInArray; c < t.ColumnInArray + t.Columns; c++)
                    {
                        Assert.False(used[c], $"{layout}: two columns at {c} of array {array.Key}");
                        used[c] = true;
                    }
                }

                int last = Array.LastIndexOf(used, true);
                Assert.True(last < profile.Columns
                    - profile.SpareColumns, $"{layout}: column {last} of {profile.Columns} with {profile.SpareColumns} spares");
            }

            // No layout takes fewer arrays than its cells need.
            int usable = UsableColumns.Of(profile, blocks[0].Mapping.Encoding);
            Assert.True(cost.Arrays >= Math.Ceiling((double)cost.Cells / ((long)profile.Rows * usable)), layout);
            Assert.True(cells * blocks.Sum(b => b.Columns) > 0);
        }
    });

    [Fact]
    public void A_layer_as_a_whole_takes_the_arrays_that_are_emitted() => Gen.Int[0, 1_000_000].Holds(60, seed =>
    {
        var random = new Random(seed);
        HardwareProfile profile = RandomProfile(random);
        int groups = random.Next(3) == 0 ? random.Next(2, 9) : 1, bits = random.Next(2, 9);
        var shape = new LayerShape("l", groups, random.Next(1, 90), random.Next(1, 50), 1);
        LayerMapping mapping = LayerMapper.Map(shape, bits, profile);
        LayerCost cost = CostModel.Of(shape, mapping, bits, 8, 0, profile);
        Assert.Equal(mapping.Tiles.Length, cost.Arrays);
        Assert.Equal((long)groups * shape.RowsPerGroup * shape.ColumnsPerGroup * mapping.ColumnsPerOutput, cost.Cells);
        Assert.All(mapping.Tiles, t => Assert.True(t.ColumnInArray + (t.GroupCount * t.Columns) <= profile.Columns - profile.SpareColumns));
    });

    [Theory, InlineData(1, "Differential"), InlineData(2, "Offset"), InlineData(3, "TwosComplement"), InlineData(4, "DifferentialTwoSided")]
    public void The_cost_of_a_policy_is_that_of_the_emitted_program(int seed, string encoding)
    {
        HardwareProfile profile = HardwareProfiles.BuiltIn("isaac") with
        {
            Rows = 32,
            Columns = 34,
            SpareColumns = 3,
            Encoding = Enum.Parse<WeightEncoding>(encoding),
        };
        Graph graph = RandomNetworks.Import(RandomNetworks.Chain(seed));
        GraphInput input = GraphInput.Of(graph);
        var data = new CalibrationData(RandomNetworks.Samples(24, input.SampleElements, 7), 24, false);
        ImmutableArray<LayerShape> shapes = LayerShapes.Of(graph, profile);
        var random = new Random(seed);
        foreach (bool strips in new[] { false, true })
        {
            // Widths of 4 and more bits round no strip to zeros.
            var policy = new QuantizationPolicy([.. shapes.Select(s => new LayerPrecision(s.Name, 8, 8, 0)
                { Layout = strips && s.Groups == 1 ? new LayerLayout.Strips(Widths(random, s, profile, [8, 6])) : LayerLayout.Whole })]);
            Graph quantized = new PostTrainingQuantizer(new QuantizerOptions())
                .Quantize(graph, input, data, policy, null, CancellationToken.None);
            var lowering = new LayerLowering(policy, profile);
            LoweredModel lowered = lowering.Lower(quantized);
            foreach (LayerShape shape in shapes)
            {
                CrossbarLayer layer = lowered.Program.Layers.First(l => l.Name == shape.Name);
                ArrayTile[] tiles = [.. BlockParts.Of(layer).SelectMany(p => p.Mapping.Tiles)];
                long arrays = layer.Blocks.IsEmpty ? tiles.Length : tiles.Select(t => t.Array).Distinct().Count();
                Assert.Equal(arrays, lowering.CostOf(shape, lowered, 1).Arrays);
                Assert.Equal(arrays, lowering.CostOf(shape, 1).Arrays);
            }
        }
    }

    private static IEnumerable<(string Layout, ImmutableArray<WeightBlock> Blocks)> Layouts(
        Random random, LayerShape shape, HardwareProfile profile)
    {
        StripWidths widths = Widths(random, shape, profile, [8, 5, 3, 2]);
        yield return ("strips", StripMapper.Map(widths, profile));
        sbyte[] weights = [.. Enumerable.Range(0, shape.RowsPerGroup * shape.ColumnsPerGroup).Select(_ => (sbyte)random.Next(1, 8))];
        yield return ("equal columns", SharedColumnMapper.Equal("l", weights, StripWidths.Uniform(shape, 8, profile.Rows), profile));
        int[] group = [.. Enumerable.Range(0, shape.ColumnsPerGroup).Select(_ => random.Next(3))];
        var groups = new ColumnGroups(
            StripGrid.Of(shape, profile.Rows), [.. Enumerable.Range(0, shape.ColumnsPerGroup).GroupBy(o => group[o]).Select(g =>
        {
            int bits = random.Next(2, 8);
            ImmutableArray<ImmutableArray<int>> slices = CellLayout.SlicesOf(bits, profile);
            return new ColumnGroup([.. g], bits, new CellLayout(slices[random.Next(slices.Length)], 0));
        })]);
        yield return ("column groups", ColumnGroupMapper.Map(shape, groups, profile));
    }

    private static StripWidths Widths(Random random, LayerShape shape, HardwareProfile profile, int[] bits)
    {
        string[] digits = [.. Enumerable.Range(0, StripGrid.Of(shape, profile.Rows).Tiles.Length)
            .Select(_ => string.Concat(Enumerable.Range(0, shape.ColumnsPerGroup).Select(_ => bits[random.Next(bits.Length)])))];
        return StripText.Read(string.Join('/', digits), shape, profile.Rows);
    }

    private static HardwareProfile RandomProfile(Random random)
    {
        int columns = random.Next(20, 70);
        return HardwareProfiles.BuiltIn("isaac") with
        {
            Rows = random.Next(8, 65), Columns = columns, SpareColumns = random.Next(3) == 0
                ? 0
                : random.Next(0, columns / 2), CellBits = random.Next(1, 5),
            Encoding = (WeightEncoding)random.Next(4),
        };
    }
}
