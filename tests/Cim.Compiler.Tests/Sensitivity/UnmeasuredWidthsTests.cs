using System.Collections.Immutable;
using Cim.Compiler.Sensitivity;
using Xunit;

namespace Cim.Compiler.Tests.Sensitivity;

/// <summary>What a search takes of widths it had no time to measure.</summary>
public sealed class UnmeasuredWidthsTests
{
    [Fact]
    public void Missing_widths_lose_more_than_was_measured_the_less_the_wider_and_the_widest_nothing()
    {
        ImmutableSortedDictionary<int, double> measured = ImmutableSortedDictionary<int, double>.Empty.Add(4, 0.5);
        ImmutableSortedDictionary<int, double> row = UnmeasuredWidths.AtLargeLoss([measured], [[2, 3, 4, 8]])[0];
        Assert.Equal([2, 3, 4, 8], row.Keys);
        Assert.Equal((0.5, 0.0), (row[4], row[8]));
        Assert.Equal(4, row[2] / row[3], 9);
        Assert.True(row[3] > 0.5);
    }

    [Fact]
    public void The_profiles_own_converters_are_the_widest_where_they_are_called_0() =>
        Assert.Equal(0, UnmeasuredWidths.AtLargeLoss([ImmutableSortedDictionary<int, double>.Empty], [[4, 6, 0]], widest: 0)[0][0]);
}
