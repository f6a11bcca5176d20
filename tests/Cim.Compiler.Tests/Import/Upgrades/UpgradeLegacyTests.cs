using Cim.Compiler.Tests.Support;
using Cim.Runtime.Tensors;
using Xunit;

namespace Cim.Compiler.Tests.Import.Upgrades;

/// <summary>Operators as they were before opset 7. ONNX Runtime runs no model of those opsets, so that each is held to today's
/// form.</summary>
public sealed class UpgradeLegacyTests
{
    private static readonly Tensor _channels = Tensor.Create<float>(new Shape(3), [2f, -1f, 0.5f]),
        _apart = Tensor.Create<float>(new Shape(3, 1, 1), [2f, -1f, 0.5f]);

    [Theory]
    [InlineData("Add")]
    [InlineData("Sub")]
    [InlineData("Mul")]
    [InlineData("Div")]
    public void Broadcasting_along_an_axis_is_that_of_today(string op) =>
        ImportAssert.SameAs(
            new ModelBuilder(6).Input("x", -1, 3, 2, 4).Constant("b", _channels).Node(op, "x b", "y", ("broadcast", 1), ("axis", 1))
                .Output("y"),
            new ModelBuilder(13).Input("x", -1, 3, 2, 4).Constant("b", _apart).Node(op, "x b", "y").Output("y"));

    [Fact]
    public void Slopes_are_of_channels() =>
        ImportAssert.SameAs(
            new ModelBuilder(6).Input("x", -1, 3, 2, 4).Constant("b", _channels).Node("PRelu", "x b", "y").Output("y"),
            new ModelBuilder(13).Input("x", -1, 3, 2, 4).Constant("b", _apart).Node("PRelu", "x b", "y").Output("y"));

    [Fact]
    public void Shapes_paddings_and_scales_were_attributes() =>
        ImportAssert.SameAs(
            new ModelBuilder(1).Input("x", -1, 3, 2, 4).Node("Pad", "x", "p", ("paddings", new[] { 0, 0, 1, 0, 0, 0, 0, 1 }))
                .Node("Upsample", "p", "u", ("height_scale", 2f), ("width_scale", 1f))
                    .Node("Reshape", "u", "y", ("shape", new[] { -1, 90 })).Output("y"),
            new ModelBuilder(9).Input("x", -1, 3, 2, 4).Node("Pad", "x", "p", ("pads", new[] { 0, 0, 1, 0, 0, 0, 0, 1 }))
                .Constant("scales", Tensor.Create<float>(new Shape(4), [1f, 1f, 2f, 1f])).Node("Upsample", "p scales", "u")
                .Ints("shape", -1, 90).Node("Reshape", "u shape", "y").Output("y"));

    [Fact]
    public void Pictures_are_scaled_and_shifted() =>
        ImportAssert.SameAs(
            new ModelBuilder(6).Input("x", -1, 3, 2, 4).Node("ImageScaler", "x", "y", ("scale", 0.25f), ("bias", new[] { 2f, -1f, 0.5f }))
                .Output("y"),
            new ModelBuilder(13).Input("x", -1, 3, 2, 4).Scalar("s", 0.25f).Constant("b", _apart).Node("Mul", "x s", "m")
                .Node("Add", "m b", "y").Output("y"));

    [Fact]
    public void Hints_of_old_operators_are_dropped() =>
        ImportAssert.SameAs(
            new ModelBuilder(6).Input("x", -1, 3).Input("m", 3, 3).Constant("b", _channels)
                .Node("Gemm", "x m b", "g", ("broadcast", 1)).Node("Relu", "g", "y", ("consumed_inputs", new[] { 1 })).Output("y"),
            new ModelBuilder(13).Input("x", -1, 3).Input("m", 3, 3).Constant("b", _channels)
                .Node("Gemm", "x m b", "g").Node("Relu", "g", "y").Output("y"));
}
