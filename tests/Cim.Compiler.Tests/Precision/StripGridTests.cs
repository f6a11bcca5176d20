using Cim.Compiler.Precision;
using Cim.Runtime;
using Cim.Runtime.Mapping;
using Xunit;

namespace Cim.Compiler.Tests.Precision;

/// <summary>How the rows of a layer are cut into the tiles of arrays.</summary>
public sealed class StripGridTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 12)];

    [Theory, MemberData(nameof(Seeds))]
    public void A_grid_holds_every_row_once_in_no_more_tiles_than_needed_and_keeps_kernel_positions_whole_where_it_can(int seed)
    {
        var random = new Random(seed);
        for (int i = 0; i < 30; i++)
        {
            int channels = random.Next(1, 300),
                positions = random.Next(2) == 0 ? 1 : 9,
                arrayRows = random.Next(2) == 0 ? 128 : random.Next(4, 256);
            StripGrid grid = StripGrid.Of(new LayerShape("l", 1, channels * positions, 7, 1) { KernelPositions = positions }, arrayRows);
            Assert.Equal(Enumerable.Range(0, channels * positions), grid.RowOrder.Order());
            Assert.Equal((channels * positions + arrayRows - 1) / arrayRows, grid.Tiles.Length);
            Assert.All(grid.Tiles, t => Assert.InRange(t.Rows, 1, arrayRows));
            if (channels == arrayRows || channels * 2 == arrayRows)
                Assert.All(Enumerable.Range(0, grid.Tiles.Length),
                    t => Assert.True(grid.RowsOf(t).GroupBy(r => r % positions).All(g => g.Count() == channels)));
        }

        StripGrid whole = StripGrid.Of(new LayerShape("l", 1, 128 * 9, 7, 1) { KernelPositions = 9 }, 128);
        Assert.Equal(Enumerable.Range(0, 128).Select(c => (c * 9) + 4), whole.RowsOf(4)); // The 1x1x128 vector at the kernel's middle.
    }
}
