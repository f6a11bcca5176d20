using Cim.Compiler.Import.Passes;
using Cim.Compiler.Ir;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Cim.Runtime.Tensors;
using Xunit;

namespace Cim.Compiler.Tests.Import.Passes;

/// <summary>Afterwards the target of a Reshape is constant.</summary>
public sealed class FixShapeInputsTests
{
    [Fact]
    public void A_reshape_whose_target_is_computed_from_the_batch_gets_a_constant_one()
    {
        ModelBuilder m = new ModelBuilder().Input("x", -1, 3, 4).Ints("zero", 0).Ints("rest", -1).Ints("axis", 0)
            .Node("Shape", "x", "shape").Node("Gather", "shape zero", "n", ("axis", 0)).Node("Concat", "n rest", "target", ("axis", 0))
            .Node("Reshape", "x target", "y").Output("y");
        Graph graph = ImportAssert.SameAsOnnxRuntime(m);
        Assert.Equal("Reshape", Assert.Single(graph.Nodes).Op);
        Assert.Equal(new Shape(-1, 12), graph.Values["y"].Shape);
    }

    [Theory]
    [InlineData(new[] { -1, 3, 4 }, new long[] { -1, 3, 4 })]
    [InlineData(new[] { 2, 3 }, new long[] { 2, 3 })]
    [InlineData(new[] { -1, -2 }, null)]
    [InlineData(new[] { -1, 0 }, null)]
    public void A_target_has_at_most_one_open_dimension_and_none_that_is_empty(int[] dims, long[]? target) =>
        Assert.Equal(target, FixShapeInputs.TargetOf(new Shape(dims)));
}
