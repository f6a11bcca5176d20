using Cim.Compiler.Ir;
using Cim.Compiler.Tests.Support;
using Cim.Runtime.Operators.Normalization;
using Xunit;

namespace Cim.Compiler.Tests.Import.Upgrades;

/// <summary>Before opset 13 everything from the axis on was normalised together.</summary>
public sealed class UpgradeSoftmaxTests
{
    [Theory]
    [InlineData(7, 1)]
    [InlineData(11, 2)]
    [InlineData(11, 0)]
    [InlineData(11, -1)]
    [InlineData(11, -2)]
    [InlineData(13, 1)]
    public void Softmax(int opset, int axis)
    {
        if (axis < 0 && opset < 11) return;
        ImportAssert.SameAsOnnxRuntime(new ModelBuilder(opset).Input("x", 2, 3, 4).Node("Softmax", "x", "y", ("axis", axis)).Output("y"));
    }

    [Fact]
    public void Softmax_of_a_matrix_stays_a_single_operator()
    {
        Graph graph = ImportAssert.SameAsOnnxRuntime(new ModelBuilder(9).Input("x", -1, 10).Node("Softmax", "x", "y").Output("y"));
        Assert.Equal("Softmax", Assert.Single(graph.Nodes).Op);
    }
}
