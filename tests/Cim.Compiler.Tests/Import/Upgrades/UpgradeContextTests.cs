using Cim.Compiler.Import.Upgrades;
using Cim.Runtime;
using Cim.Runtime.Tensors;
using Xunit;

namespace Cim.Compiler.Tests.Import.Upgrades;

/// <summary>What the rewriting of a node may know and add.</summary>
public sealed class UpgradeContextTests
{
    [Fact]
    public void Fresh_names_are_those_of_nothing_in_the_model()
    {
        UpgradeContext context = Context();
        Assert.Equal("new", context.Fresh("new"));
        Assert.Equal(["used_2", "constant_2", "input_2", "new_2"], new[] { "used", "constant", "input", "new" }.Select(context.Fresh));
    }

    [Fact]
    public void An_added_constant_is_found_under_the_name_that_is_returned()
    {
        UpgradeContext context = Context();
        string name = context.Add("constant", [1L, 2]);
        Assert.Equal("constant_2", name);
        Assert.Equal([1L, 2], context.Constant(name)!.Span<long>().ToArray());
        Assert.Null(context.Constant("new"));
    }

    [Fact]
    public void A_value_that_is_a_constant_already_is_not_defined_again()
    {
        UpgradeContext context = Context();
        context.Define("computed", Tensor.Scalar(2f));
        Assert.Equal(2f, context.Constant("computed")!.Span<float>()[0]);
        CimException e = Assert.Throws<CimException>(() => context.Define("constant", Tensor.Scalar(3f)));
        Assert.Equal(ErrorCodes.InvalidGraph, e.Code);
        Assert.Contains("'constant'", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_values_somebody_reads_are_used_and_only_integers_of_other_widths_have_a_declared_type()
    {
        UpgradeContext context = Context();
        Assert.Equal([true, false, false], new[] { "used", "constant", "" }.Select(context.IsUsed));
        Assert.Equal([22, 0], new[] { "constant", "used" }.Select(context.DeclaredType));
    }

    private static UpgradeContext Context() =>
        new(17, new Dictionary<string, Tensor> { ["constant"] = Tensor.Scalar(1f) }, ["used"],
            new Dictionary<string, int> { ["constant"] = 22 }, ["input"]);
}
