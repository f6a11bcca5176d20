using Cim.Compiler.Import;
using Cim.Compiler.Ir;
using Cim.Compiler.Tests.Support;
using Xunit;

namespace Cim.Compiler.Tests.Import.Passes;

/// <summary>Afterwards every node and constant contributes to an output.</summary>
public sealed class RemoveDeadNodesTests
{
    [Fact]
    public void Nodes_nobody_needs_disappear()
    {
        ModelBuilder m = new ModelBuilder().Input("x", -1, 3).Node("Exp", "x", "unused").Node("Relu", "x", "y").Output("y");
        Assert.Equal("Relu", Assert.Single(ImportAssert.SameAsOnnxRuntime(m).Nodes).Op);
    }

    [Fact]
    public void Constants_nobody_reads_disappear_and_unused_outputs_lose_their_name()
    {
        ModelBuilder m = new ModelBuilder().Input("x", -1, 6).Weight("unused", 3).Node("Split", "x", "a b c", ("axis", 1))
            .Node("Add", "a c", "y").Output("y");
        Graph graph = ImportAssert.SameAsOnnxRuntime(m, ImportOptions.Default with { Optimise = false });
        Assert.DoesNotContain("unused", graph.Constants.Keys);
        Assert.Equal(["a", "", "c"], graph.Nodes[0].Outputs.AsEnumerable());
    }
}
