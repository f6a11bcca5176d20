using Cim.Compiler.Mapping;
using Cim.Runtime;
using Cim.Runtime.Costs;
using Cim.Runtime.Hardware;
using Cim.Runtime.Hardware.Profiles;
using Cim.Runtime.Mapping;
using Cim.Runtime.Tensors;
using Xunit;

namespace Cim.Compiler.Tests.Mapping;

public sealed class LayerMapperTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 200)];

    [Theory, MemberData(nameof(Seeds))]
    public void Every_cell_lies_on_exactly_one_array_and_every_array_fits(int seed)
    {
        (LayerShape shape, int weightBits, _, HardwareProfile profile) = RandomCase(seed);
        LayerMapping mapping = LayerMapper.Map(shape, weightBits, profile);
        int columns = shape.ColumnsPerGroup * mapping.ColumnsPerOutput;
        int[,,] times = new int[shape.Groups, shape.RowsPerGroup, columns];
        foreach (ArrayTile tile in mapping.Tiles)
        {
            Assert.True(tile.GroupCount * tile.Rows <= profile.Rows && tile.GroupCount * tile.Columns <= profile.Columns);
            Assert.Contains(new RowTile(tile.FirstRow, tile.Rows), mapping.RowTiles);
            Assert.Equal(0, tile.FirstColumn % mapping.CellsPerSlice);
            for (int g = 0; g < tile.GroupCount; g++)
                for (int r = 0; r < tile.Rows; r++)
                    for (int c = 0; c < tile.Columns; c++)
                        times[tile.FirstGroup + g, tile.FirstRow + r, tile.FirstColumn + c]++;
        }

        foreach (int t in times) Assert.Equal(1, t);
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Arrays_without_a_weight_are_left_out_and_all_others_stay(int seed)
    {
        (LayerShape shape, int weightBits, _, HardwareProfile profile) = RandomCase(seed);
        LayerMapping mapping = LayerMapper.Map(shape, weightBits, profile);
        var random = new Random(seed);
        sbyte[] weights = new sbyte[shape.Groups * shape.ColumnsPerGroup * shape.RowsPerGroup];
        Array.Fill(weights, (sbyte)1);
        ArrayTile[] emptied = [.. mapping.Tiles.Where(_ => random.Next(2) == 0)];
        foreach (ArrayTile tile in emptied)
            for (int g = tile.FirstGroup; g < tile.FirstGroup + tile.GroupCount; g++)
                for (int c = tile.FirstColumn; c < tile.FirstColumn + tile.Columns; c++)
                    Array.Clear(weights, (((g * shape.ColumnsPerGroup) + (c / mapping.ColumnsPerOutput)) * shape.RowsPerGroup)
                        + tile.FirstRow, tile.Rows);
        LayerMapping left = EmptyArrays.Remove(
            mapping, shape, Tensor.Create<sbyte>(new Shape(shape.Groups * shape.ColumnsPerGroup, shape.RowsPerGroup), weights));

        bool IsEmpty(ArrayTile t) =>
            Enumerable.Range(t.FirstGroup, t.GroupCount).All(g => Enumerable.Range(t.FirstColumn, t.Columns).All(c =>
            weights.AsSpan((((g * shape.ColumnsPerGroup) + (c / mapping.ColumnsPerOutput)) * shape.RowsPerGroup) + t.FirstRow, t.Rows)
                .IndexOfAnyExcept((sbyte)0) < 0));
        ArrayTile[] expected = profile.Encoding == WeightEncoding.Offset ? [.. mapping.Tiles] : [.. mapping.Tiles.Where(t => !IsEmpty(t))];
        Assert.Equal(expected.Length == 0 ? [mapping.Tiles[0]] : expected, left.Tiles.ToArray());
        Assert.Equal(mapping.RowTiles.ToArray(), left.RowTiles.ToArray());
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Sums_of_arrays_left_out_cross_no_bus(int seed)
    {
        (LayerShape shape, int weightBits, int activationBits, HardwareProfile profile) = RandomCase(seed);
        LayerMapping mapping = LayerMapper.Map(shape, weightBits, profile);
        var random = new Random(seed);
        ArrayTile[] tiles = [.. mapping.Tiles.Where(_ => random.Next(3) > 0)];
        LayerMapping left = mapping with { Tiles = tiles.Length == 0 ? [mapping.Tiles[0]] : [.. tiles] };
        long wide = CostModel.Of(shape, mapping, weightBits, activationBits, 0, profile).Events.BusBits;
        long narrow = CostModel.Of(shape, left, weightBits, activationBits, 0, profile).Events.BusBits;

        long bits = Math.Min(32, (mapping.SliceBits.Length * profile.CellBits) + activationBits
            + (int)Math.Ceiling(Math.Log2(Math.Max(1, Math.Min(shape.RowsPerGroup, profile.Rows)))));
        Assert.Equal(Expected(mapping), wide);
        Assert.Equal(Expected(left), narrow);

        // Every output waits for one sum of each row tile that has an array of it; all but the first of them travel.
        long Expected(LayerMapping m)
        {
            long inputs = m.Tiles.Sum(t => (long)t.GroupCount * t.Rows) * activationBits, travelling = 0;
            for (int g = 0; g < shape.Groups; g++)
                for (int o = 0; o < shape.ColumnsPerGroup; o++)
                {
                    int sums = m.RowTiles.Count(
                        r => m.Tiles.Any(t => t.FirstRow == r.FirstRow && g >= t.FirstGroup && g < t.FirstGroup + t.GroupCount
                        && t.FirstColumn < (o + 1) * m.ColumnsPerOutput && t.FirstColumn + t.Columns > o * m.ColumnsPerOutput));
                    travelling += Math.Max(0, sums - 1);
                }

            return shape.Mvms * shape.Repeat * (inputs + (travelling * bits));
        }
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Counted_events_equal_an_enumeration_of_the_machine(int seed)
    {
        (LayerShape shape, int weightBits, int activationBits, HardwareProfile profile) = RandomCase(seed);
        LayerMapping mapping = LayerMapper.Map(shape, weightBits, profile);
        CostEvents events = CostModel.Of(shape, mapping, weightBits, activationBits, 0, profile).Events;

        (long reads, long dacs, long conversions) = (0, 0, 0);
        for (int product = 0; product < shape.Mvms; product++)
            for (int bit = 0; bit < activationBits; bit += profile.DacBits == 0 ? activationBits : profile.DacBits)
                foreach (ArrayTile tile in mapping.Tiles)
                {
                    reads++;
                    dacs += tile.GroupCount * tile.Rows;
                    if (bit == 0 || profile.AdcPerInputSlice) conversions += tile.GroupCount * tile.Columns / mapping.CellsPerSlice;
                }

        Assert.Equal((reads, dacs, conversions), (events.ArrayReads, events.DacActivations, events.AdcConversions));
    }

    [Theory]
    [InlineData("cim-aq-4b", 8, new[] { 4, 3 })]
    [InlineData("cim-aq-4b", 6, new[] { 4, 1 })]
    [InlineData("cim-aq-4b", 5, new[] { 3, 1 })]
    [InlineData("cim-aq-4b", 4, new[] { 3 })]
    [InlineData("cim-aq-2b", 5, new[] { 2, 1, 1 })]
    [InlineData("cim-aq-2b", 2, new[] { 1 })]
    [InlineData("isaac", 8, new[] { 2, 2, 2, 2 })]
    [InlineData("isaac", 5, new[] { 2, 2, 1 })]
    [InlineData("mnsim", 4, new[] { 1, 1, 1 })]
    [InlineData("mnsim", 1, new[] { 1 })]
    public void Weights_are_cut_into_slices_as_the_encoding_asks(string hardware, int weightBits, int[] slices) =>
        Assert.Equal(slices, WeightSlices.Of(weightBits, HardwareProfiles.BuiltIn(hardware)));

    [Fact]
    public void The_sign_of_twos_complement_has_a_slice_of_its_own() =>
        Assert.Equal("2 2 2 1 1", string.Join(
            ' ', WeightSlices.Of(8, HardwareProfiles.BuiltIn("isaac") with { Encoding = WeightEncoding.TwosComplement })));

    [Fact]
    public void Weights_that_reach_the_minimum_need_all_bits_of_magnitude() =>
        Assert.Equal(8, WeightSlices.Of(8, HardwareProfiles.BuiltIn("mnsim"), usesMinimum: true).Sum());

    [Fact]
    public void A_depthwise_convolution_shares_arrays()
    {
        // 9 rows and 4 columns (8 bits on 2-bit cells) a channel: 14 channels by rows, 32 by columns.
        LayerMapping mapping = LayerMapper.Map(new LayerShape("dw", 64, 9, 1, 100), 8, HardwareProfiles.BuiltIn("isaac"));
        Assert.Equal(5, mapping.Tiles.Length);
        Assert.Equal(new ArrayTile(0, 14, 0, 9, 0, 4), mapping.Tiles[0]);
        Assert.Equal(new ArrayTile(56, 8, 0, 9, 0, 4), mapping.Tiles[4]);
    }

    internal static (LayerShape Shape, int WeightBits, int ActivationBits, HardwareProfile Profile) RandomCase(int seed)
    {
        var random = new Random(seed);
        int groups = random.Next(3) == 0 ? random.Next(1, 20) : 1;
        var shape = new LayerShape(
            "layer", groups, random.Next(1, groups > 1 ? 20 : 70), random.Next(1, groups > 1 ? 5 : 20), random.Next(1, 4));
        HardwareProfile profile = HardwareProfiles.BuiltIn("isaac") with
        {
            Rows = random.Next(1, 40),
            Columns = random.Next(2, 40),
            CellBits = random.Next(1, 5),
            DacBits = random.Next(0, 4),
            ColumnsPerAdc = random.Next(1, 40),
            Encoding = (WeightEncoding)random.Next(4),
            SignBitInSlices = random.Next(2) == 0,
            AdcPerInputSlice = random.Next(2) == 0,
            PipelinedConversion = random.Next(2) == 0,
        };
        return (shape, random.Next(1, 9), random.Next(1, 9), profile);
    }
}
