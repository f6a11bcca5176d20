using Cim.Compiler.Import;
using Cim.Runtime;
using Xunit;

namespace Cim.Compiler.Tests.Import;

/// <summary>Lists of sizes: the n-th sizes of all dimensions are the n-th plan.</summary>
public sealed class PlanSizesTests
{
    private static string Refused(params string[] lists)
    {
        var e = Assert.Throws<CimException>(() => PlanSizes.Parse(lists));
        Assert.Equal(ErrorCodes.WrongUsage, e.Code);
        return e.Message;
    }

    [Fact]
    public void The_nth_sizes_belong_together_and_a_single_one_is_that_of_all()
    {
        var sizes = PlanSizes.Parse(["width = 32|48|64; x:1=3", "height=16|16|8"]);
        Assert.Equal(3, sizes.Count);
        Assert.Equal("height=16, width=32, x:1=3", sizes.Describe(0));
        Assert.Equal("height=8, width=64, x:1=3", sizes.Describe(2));
        Assert.Equal("height=16|16|8,width=32|48|64,x:1=3|3|3", sizes.ToString());
        Assert.Equal(sizes.ToString(), PlanSizes.Parse([sizes.ToString()]).ToString());
    }

    [Fact]
    public void Unequal_counts_name_both_lists() =>
        Assert.Contains("--dims is 'height=1|2|3;width=1|2': 3 sizes on one side and 2 on the other", Refused("width=1|2;height=1|2|3"),
            StringComparison.Ordinal);

    [Fact]
    public void The_same_plan_twice_is_named() =>
        Assert.Contains("which has the sizes a=1, b=2 twice", Refused("a=1|2|1;b=2"), StringComparison.Ordinal);

    [Fact]
    public void A_dimension_has_one_list() => Assert.Contains("'a' has a=1|2 as well", Refused("a=1|2", "a=3|4"), StringComparison.Ordinal);

    [Fact]
    public void More_plans_than_possible_are_counted() => Assert.Contains("17 plans, and at most 16 are possible",
        Refused("a=" + string.Join('|', Enumerable.Range(1, 17))), StringComparison.Ordinal);

    [Fact]
    public void No_list_is_no_plan() => Assert.True(PlanSizes.Parse([]).IsEmpty);
}
