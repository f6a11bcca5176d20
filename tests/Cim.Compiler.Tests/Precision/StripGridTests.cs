using Cim.Compiler.Precision;
using Cim.Compiler.Tests.Fuzz;
using Cim.Runtime.Mapping;
using Cim.Tests.Shared;
using CsCheck;
using Xunit;

namespace Cim.Compiler.Tests.Precision;

/// <summary>How the rows of a layer are cut into the tiles of arrays.</summary>
public sealed class StripGridTests
{
    [Fact]
    public void A_grid_holds_every_row_once_in_no_more_tiles_than_needed_and_keeps_kernel_positions_whole_where_it_can() =>
        Gen.Select(Gen.Int[1, 299], Pick.Of(1, 9), Gen.OneOf(Gen.Const(128), Gen.Int[4, 255]))
            .Holds(300, (channels, positions, arrayRows) =>
    {
        StripGrid grid = StripGrid.Of(new LayerShape("l", 1, channels * positions, 7, 1) { KernelPositions = positions }, arrayRows);
        Assert.Equal(Enumerable.Range(0, channels * positions), grid.RowOrder.Order());
        Assert.Equal((channels * positions + arrayRows - 1) / arrayRows, grid.Tiles.Length);
        Assert.All(grid.Tiles, t => Assert.InRange(t.Rows, 1, arrayRows));
    });

    [Theory]
    [InlineData(128, 128, 9)]
    [InlineData(64, 128, 9)]
    [InlineData(20, 40, 25)]
    public void Input_channels_that_fill_an_array_or_half_of_it_keep_kernel_positions_whole(int channels, int arrayRows, int positions)
    {
        StripGrid grid = StripGrid.Of(new LayerShape("l", 1, channels * positions, 7, 1) { KernelPositions = positions }, arrayRows);
        Assert.All(Enumerable.Range(0, grid.Tiles.Length),
            t => Assert.True(grid.RowsOf(t).GroupBy(r => r % positions).All(g => g.Count() == channels)));
    }

    [Fact]
    public void A_strip_of_a_3x3_kernel_is_the_1x1_vector_at_one_position()
    {
        StripGrid whole = StripGrid.Of(new LayerShape("l", 1, 128 * 9, 7, 1) { KernelPositions = 9 }, 128);
        Assert.Equal(Enumerable.Range(0, 128).Select(c => (c * 9) + 4), whole.RowsOf(4));
    }
}
