using Cim.Compiler.ColumnSharing;
using Xunit;

namespace Cim.Compiler.Tests.ColumnSharing;

/// <summary>Strips as clustering sees them: rows scaled by the roots of their importance.</summary>
public sealed class StripGroupTests
{
    [Fact]
    public void Squared_lengths_are_weighted_by_the_importance_of_rows()
    {
        var group = new StripGroup([1, 2, 3, -4, 0, 5], 3, [4, 1, 0.25], [1, 1], [0.5, 0.5], [0, 0], 4);
        Assert.Equal((2, 3, 7, 4), (group.Count, group.Rows, group.Levels, group.MaxShift));
        Assert.Equal([2, 1, 0.5f], group.Roots);
        Assert.Equal((4 * 1) + (1 * 4) + (0.25 * 9), group.Squares[0], 6);
        Assert.Equal((4 * 16) + (0.25 * 25), group.Squares[1], 6);
        Assert.Equal([-8, 0, 2.5f], group.Of(1).ToArray());
    }

    [Fact]
    public void A_product_in_lanes_is_the_product_at_every_length()
    {
        var random = new Random(3);
        for (int n = 0; n < 40; n++)
        {
            float[] a = [.. Enumerable.Range(0, n).Select(_ => random.NextSingle() - 0.5f)];
            float[] b = [.. Enumerable.Range(0, n).Select(_ => random.NextSingle() - 0.5f)];
            Assert.Equal(a.Zip(b, (x, y) => (double)x * y).Sum(), StripGroup.Dot(a, b), 1e-5);
        }
    }
}
