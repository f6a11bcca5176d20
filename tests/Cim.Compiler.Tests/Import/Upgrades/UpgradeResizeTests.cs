using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Cim.Runtime.Tensors;
using Xunit;

namespace Cim.Compiler.Tests.Import.Upgrades;

/// <summary>Upsample and Resize of opset 10 are the Resize of today.</summary>
public sealed class UpgradeResizeTests
{
    [Theory]
    [InlineData(7, "nearest")]
    [InlineData(9, "nearest")]
    [InlineData(9, "linear")]
    public void Upsample(int opset, string mode)
    {
        ModelBuilder m = new ModelBuilder(opset).Input("x", 1, 2, 3, 4);
        _ = opset < 9
            ? m.Node("Upsample", "x", "y", ("scales", new[] { 1f, 1f, 2f, 2f }), ("mode", mode))
            : m.Constant("s", Tensor.Create<float>(new Shape(4), [1, 1, 2, 3])).Node("Upsample", "x s", "y", ("mode", mode));
        ImportAssert.SameAsOnnxRuntime(m.Output("y"));
    }

    [Fact]
    public void Resize_of_opset_10() =>
        ImportAssert.SameAsOnnxRuntime(new ModelBuilder(10).Input("x", 1, 2, 3, 4)
            .Constant("s", Tensor.Create<float>(new Shape(4), [1, 1, 2, 1.5f])).Node("Resize", "x s", "y", ("mode", "nearest"))
            .Output("y"));
}
