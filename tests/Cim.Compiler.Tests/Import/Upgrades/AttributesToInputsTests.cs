using Cim.Compiler.Tests.Support;
using Xunit;

namespace Cim.Compiler.Tests.Import.Upgrades;

/// <summary>Attributes of older opsets are inputs today.</summary>
public sealed class AttributesToInputsTests
{
    [Fact]
    public void Clip_with_attributes() =>
        ImportAssert.SameAsOnnxRuntime(
            new ModelBuilder(7).Input("x", -1, 3, 4).Node("Clip", "x", "y", ("min", -0.3f), ("max", 0.5f)).Output("y"));

    [Fact]
    public void Pad_with_attributes() =>
        ImportAssert.SameAsOnnxRuntime(new ModelBuilder(7).Input("x", -1, 3, 4)
            .Node("Pad", "x", "y", ("pads", new[] { 0, 1, 0, 0, 0, 2 }), ("value", 0.25f)).Output("y"));

    [Fact]
    public void Slice_with_attributes() =>
        ImportAssert.SameAsOnnxRuntime(new ModelBuilder(7).Input("x", -1, 5, 4)
            .Node("Slice", "x", "y", ("starts", new[] { 1, 0 }), ("ends", new[] { 4, -1 }), ("axes", new[] { 1, 2 })).Output("y"));

    [Fact]
    public void Squeeze_and_Unsqueeze_with_attributes() =>
        ImportAssert.SameAsOnnxRuntime(new ModelBuilder(7).Input("x", -1, 1, 4).Node("Squeeze", "x", "s", ("axes", new[] { 1 }))
            .Node("Exp", "s", "e").Node("Unsqueeze", "e", "y", ("axes", new[] { 2 })).Output("y"));

    [Theory]
    [InlineData(7)]
    [InlineData(13)]
    public void Split_into_equal_parts(int opset) =>
        ImportAssert.SameAsOnnxRuntime(new ModelBuilder(opset).Input("x", -1, 6).Node("Split", "x", "a b c", ("axis", 1))
            .Node("Sub", "c a", "y").Node("Neg", "b", "z").Output("y").Output("z"));

    [Fact]
    public void Split_with_attributes() =>
        ImportAssert.SameAsOnnxRuntime(new ModelBuilder(7).Input("x", -1, 6)
            .Node("Split", "x", "a b", ("axis", 1), ("split", new[] { 2, 4 })).Node("Neg", "a", "y").Node("Neg", "b", "z").Output("y")
            .Output("z"));

    [Theory]
    [InlineData("ReduceMean")]
    [InlineData("ReduceSum")]
    [InlineData("ReduceMax")]
    public void Reductions_with_attributes(string op) =>
        ImportAssert.SameAsOnnxRuntime(
            new ModelBuilder(11).Input("x", -1, 3, 4).Node(op, "x", "y", ("axes", new[] { 2 }), ("keepdims", 0)).Output("y"));
}
