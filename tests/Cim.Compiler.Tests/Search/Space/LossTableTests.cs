using Cim.Compiler.Search.Space;
using Xunit;

namespace Cim.Compiler.Tests.Search.Space;

/// <summary>One estimated loss for each layer and choice.</summary>
public sealed class LossTableTests
{
    private static readonly LossTable _table = new([1, 2, 3, 10, 20, 30], choices: 3);

    [Fact]
    public void The_loss_of_a_policy_is_the_sum_over_its_layers()
    {
        Assert.Equal(21, _table.Total([0, 1]));
        Assert.Equal(33, _table.Total([2, 2]));
        Assert.Equal(20, _table[1, 1]);
    }

    [Fact]
    public void Tables_are_scaled_and_added()
    {
        LossTable sum = LossTable.Sum(_table.Times(0.5), _table);
        Assert.Equal(1.5 * 12, sum.Total([1, 0]));
        Assert.Equal(45, sum[1, 2]);
    }

    [Theory]
    [InlineData(-1e-9)]
    [InlineData(double.NaN)]
    public void Losses_are_zero_or_more(double loss) => Assert.Throws<ArgumentException>(() => new LossTable([0, loss], 2));
}
