using System.Collections.Immutable;
using Cim.Compiler.Mapping;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Hardware;
using Cim.Runtime.Hardware.Profiles;
using Cim.Runtime.Mapping;
using Xunit;

namespace Cim.Compiler.Tests.Mapping;

/// <summary>Columns laid side by side on arrays.</summary>
public sealed class ColumnMapperTests
{
    [Theory]
    [InlineData(10, 0, 4, "0+4@0:0 4+4@1:0 8+2@2:0")]
    [InlineData(3, 2, 4, "0+2@0:2 2+1@1:0")]
    [InlineData(4, 4, 4, "0+4@1:0")]
    [InlineData(0, 3, 4, "")]
    public void A_run_is_cut_at_the_ends_of_arrays(int columns, int at, int arrayColumns, string expected) => Assert.Equal(
        expected, string.Join(' ', ColumnMapper.Cut(columns, at, arrayColumns).Select(c => $"{c.First}+{c.Count}@{c.Array}:{c.InArray}")));

    [Fact]
    public void The_widest_columns_of_a_tile_come_first_and_no_slot_is_left_between_widths()
    {
        HardwareProfile isaac = HardwareProfiles.BuiltIn("isaac");
        int cells = UsableColumns.CellsPerSlice(isaac.Encoding);
        ImmutableArray<int> rows = [.. Enumerable.Range(0, 10)];
        MappedColumn[] columns = [.. new[] { 2, 8, 4, 8, 2 }.Select((b, o) => new MappedColumn(b, [new ColumnUse(0, o, 0, false)]))];
        ImmutableArray<WeightBlock> blocks = ColumnMapper.Map([(rows, columns)], isaac.Encoding, isaac);
        Assert.Equal([8, 4, 2], blocks.Select(b => b.WeightBits));
        Assert.Equal(["1 3", "2", "0 4"], blocks.Select(b => string.Join(' ', b.Uses.Select(u => u.Output))));
        int at = 0;
        foreach (WeightBlock block in blocks)
        {
            ArrayTile tile = Assert.Single(block.Mapping.Tiles);
            Assert.Equal((0, at), (tile.Array, tile.ColumnInArray));
            at += block.Columns * block.Mapping.SliceBits.Length * cells;
        }
    }
}
