using Cim.Runtime.Crossbar;
using Cim.Tests.Shared;
using CsCheck;

namespace Cim.Runtime.Tests.Crossbar;

public sealed class LayerSplitTests
{
    [Fact]
    public void Ranges_follow_one_another_and_cover_everything() =>
        Gen.Select(Gen.Int[0, 5000], Gen.Int[1, 40], Gen.Int[1, 70]).Holds(2000, (length, count, step) =>
        {
            int end = 0;
            for (int i = 0; i < count; i++)
            {
                (int first, int next) = new LayerSplit(i, count).Range(length, step);
                Assert.Equal(end, first);
                Assert.True(first % step == 0 || first == length);
                Assert.InRange(next - first, 0, (length / count) + (2 * step));
                end = next;
            }

            Assert.Equal(length, end);
        });

    [Theory]
    [InlineData(8, 4, 30, "groups")]
    [InlineData(7, 4, 30, "rows")]
    [InlineData(1, 16, 3, "blocks")]
    [InlineData(1, 3, 3, "rows")]
    public void A_convolution_is_split_by_what_it_has_enough_of(int groups, int blocks, int rows, string by)
    {
        ConvolutionPart first = new LayerSplit(0, 2).OfConvolution(groups, blocks, rows);
        ConvolutionPart second = new LayerSplit(1, 2).OfConvolution(groups, blocks, rows);
        Assert.Equal(by, first.Groups != second.Groups ? "groups" : first.Blocks != second.Blocks ? "blocks" : "rows");
        Assert.Equal(
            by == "groups" ? groups : by == "blocks" ? blocks : rows,
            by == "groups" ? second.Groups.End : by == "blocks" ? second.Blocks.End : second.Rows.End);
        Assert.Equal(1, new[] { first.Groups != second.Groups, first.Blocks != second.Blocks, first.Rows != second.Rows }.Count(d => d));
    }

    [Fact]
    public void The_whole_layer_is_one_call() => Assert.Equal((0, 17), LayerSplit.Whole.Range(17, 4));
}
