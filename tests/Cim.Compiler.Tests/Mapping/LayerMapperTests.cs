using Cim.Compiler.Mapping;
using Cim.Runtime;
using Cim.Runtime.Costs;
using Cim.Runtime.Hardware;
using Cim.Runtime.Hardware.Profiles;
using Cim.Runtime.Mapping;
using Cim.Tests.Shared;
using Xunit;

namespace Cim.Compiler.Tests.Mapping;

public sealed class LayerMapperTests
{
    [Fact]
    public void Every_cell_lies_on_exactly_one_array_and_every_array_fits() => MappingCase.Any.Holds(200, example =>
    {
        (LayerShape shape, int weightBits, _, HardwareProfile profile) = example;
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
    });

    [Fact]
    public void Counted_events_equal_an_enumeration_of_the_machine() => MappingCase.Any.Holds(200, example =>
    {
        (LayerShape shape, int weightBits, int activationBits, HardwareProfile profile) = example;
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
    });

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
}
