using Cim.Compiler.Precision;
using Cim.Compiler.Tests.Mapping;
using Cim.Runtime;
using Cim.Runtime.Mapping;
using Cim.Tests.Shared;
using CsCheck;
using Xunit;

namespace Cim.Compiler.Tests.Precision;

/// <summary>Groups of outputs as text.</summary>
public sealed class ColumnGroupTextTests
{
    [Fact]
    public void Text_is_read_as_it_is_written() => Gen.Int[0, 1_000_000].Holds(20, seed =>
    {
        var random = new Random(seed);
        var shape = new LayerShape("l", 1, 50, random.Next(1, 80), 1);
        ColumnGroups groups = ColumnGroupCases.Draw(random, shape, ColumnGroupCases.Isaac);
        string text = ColumnGroupText.Write(groups);
        Assert.Equal(text, ColumnGroupText.Write(ColumnGroupText.Read(text, shape, ColumnGroupCases.Isaac.Rows)));
        Assert.Equal(
            shape.ColumnsPerGroup, ColumnGroupText.Read(text, shape, ColumnGroupCases.Isaac.Rows).Groups.Sum(g => g.Outputs.Length));
    });

    [Theory]
    [InlineData("3[1,1]/0:0-3", "output 4")] // one missing
    [InlineData("3[1,1]/0:0-4;2[1]/0:4", "output 4")] // one twice
    [InlineData("3[1,1]/0:0-5", "'5'")]
    [InlineData("3[1,1]/0:4-0", "'0'")]
    [InlineData("1[1,1]/0:0-4", "'1'")]
    [InlineData("3[1,9]/0:0-4", "'9'")]
    [InlineData("3/0:0-4", "'3/0:0-4'")]
    [InlineData("3[1,1]:0-4", "'3[1,1]:0-4'")]
    [InlineData("", "''")]
    public void Text_that_does_not_fit_the_layer_is_an_error_that_says_where(string text, string where)
    {
        var e = Assert.Throws<CimException>(
            () => ColumnGroupText.Read(text, new LayerShape("conv3", 1, 50, 5, 1), ColumnGroupCases.Isaac.Rows));
        Assert.Equal("CIM0011", e.Code);
        Assert.Contains("conv3", e.Message, StringComparison.Ordinal);
        Assert.Contains(where, e.Message, StringComparison.Ordinal);
    }
}
