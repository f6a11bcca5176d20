using Cim.Compiler.Import.Passes;
using Cim.Compiler.Ir;
using Cim.Compiler.Tests.Support;
using Xunit;

namespace Cim.Compiler.Tests.Import.Passes;

/// <summary>Afterwards no node passes its input on, and a chain of reshapes is a single one.</summary>
public sealed class RemoveNoOpsTests
{
    [Fact]
    public void Nodes_that_pass_their_input_on_and_chains_of_reshapes_disappear()
    {
        ModelBuilder m = new ModelBuilder().Input("x", -1, 3, 4).Ints("a", -1, 12).Ints("b", -1, 2, 6).Ints("nopad", 0, 0, 0, 0, 0, 0)
            .Node("Identity", "x", "i").Node("Dropout", "i", "d").Node("Pad", "d nopad", "p")
                .Node("Transpose", "p", "t", ("perm", new[] { 0, 1, 2 }))
            .Node("Reshape", "t a", "r").Node("Reshape", "r b", "s").Node("Relu", "s", "u").Node("Identity", "u", "y").Output("y");
        Assert.Equal(["Reshape", "Relu"], ImportAssert.SameAsOnnxRuntime(m).Nodes.Select(n => n.Op));
    }

    [Theory]
    [InlineData("Concat", "", true)]
    [InlineData("Sum", "", true)]
    [InlineData("Transpose", "0 2 1", false)]
    [InlineData("Transpose", "0 1 2", true)]
    [InlineData("Cast", "1", true)]
    public void A_node_of_one_input_goes_just_if_it_changes_nothing(string op, string values, bool disappears)
    {
        int[] list = [.. values.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];
        ModelBuilder m = new ModelBuilder().Input("x", -1, 3, 3).Node("Relu", "x", "r");
        _ = op switch
        {
            "Concat" => m.Node(op, "r", "y", ("axis", 1)),
            "Transpose" => m.Node(op, "r", "y", ("perm", list)),
            "Cast" => m.Node(op, "r", "y", ("to", list[0])),
            _ => m.Node(op, "r", "y"),
        };
        Graph graph = ImportAssert.PassKeepsResults(m.Output("y"), new RemoveNoOps());
        Assert.Equal(disappears ? ["Relu"] : ["Relu", op], graph.Nodes.Select(n => n.Op));
    }

    [Fact]
    public void A_node_that_computes_an_output_from_an_input_stays()
    {
        ModelBuilder m = new ModelBuilder().Input("x", -1, 3).Node("Identity", "x", "y").Output("y");
        Assert.Equal("Identity", Assert.Single(ImportAssert.PassKeepsResults(m, new RemoveNoOps()).Nodes).Op);
    }
}
