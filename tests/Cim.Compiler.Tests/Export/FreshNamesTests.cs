using Cim.Compiler.Export;
using Cim.Compiler.Ir;
using Cim.Compiler.Tests.Support;
using Xunit;

namespace Cim.Compiler.Tests.Export;

public sealed class FreshNamesTests
{
    [Fact]
    public void No_name_is_one_of_the_graph_or_comes_twice()
    {
        Graph graph = RandomNetworks.Import(
            new ModelBuilder().Input("x", -1, 4).Weight("w", 4, 3).Node("layer", "MatMul", "x w", "y").Output("y").Bytes);
        var names = new FreshNames(graph);
        Assert.Equal(["z", "y_2", "y_3", "z_2"], new[] { "z", "y", "y", "z" }.Select(names.Value));
        // Values and nodes are named apart.
        Assert.Equal(["y", "layer_2"], new[] { "y", "layer" }.Select(names.Node));
    }
}
