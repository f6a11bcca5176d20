using Cim.Compiler.Import;
using Cim.Compiler.Ir;
using Cim.Compiler.Plans;
using Cim.Compiler.Tests.Support;
using Cim.Runtime.Tensors;
using Xunit;

namespace Cim.Compiler.Tests.Plans;

public sealed class PlanRebindingTests
{
    private static Graph At(int length, byte[]? model = null) => OnnxImporter.Import(
        model ?? SizedNetworks.Attention(), null,
        ImportOptions.Default with { Sizes = PlanSizes.Parse(["sequence=5|9"]), Plan = length == 5 ? 0 : 1 });

    [Fact]
    public void The_network_itself_rebound_is_its_import_at_the_other_size()
    {
        Graph small = At(5), large = At(9);
        Graph rebound = new PlanRebinding(small, large).Rebind(small, out string? problem)!;
        Assert.Null(problem);
        Assert.Equal(GraphText.Write(large), GraphText.Write(rebound));
    }

    [Fact]
    public void There_and_back_is_where_it_began()
    {
        Graph small = At(5), large = At(9);
        Graph there = new PlanRebinding(small, large).Rebind(small, out _)!;
        Assert.Equal(GraphText.Write(small), GraphText.Write(new PlanRebinding(large, small).Rebind(there, out _)!));
    }

    [Fact]
    public void A_constant_that_depends_on_the_size_and_was_changed_is_named()
    {
        Graph small = At(5), large = At(9);
        string table = small.Constants.First(c => c.Value.Shape.Rank == 3 && c.Value.Shape[1] == 5).Key;
        Tensor half = Tensor.Create<float>(
            small.Constants[table].Shape, small.Constants[table].Span<float>().ToArray().Select(v => v / 2).ToArray());
        Graph changed = small with { Constants = small.Constants.SetItem(table, half) };
        Assert.Null(new PlanRebinding(small, large).Rebind(changed, out string? problem));
        Assert.Contains($"the constant '{table}', which quantization changed", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Networks_of_other_operators_are_told_apart() =>
        Assert.NotNull(new PlanRebinding(At(5), OnnxImporter.Import(new ModelBuilder().Input("x", -1, 4).Node("Relu", "x", "y").Output("y")
            .Bytes, null)).Difference());
}
