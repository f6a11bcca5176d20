using Cim.Runtime.Tensors;
using static Cim.Runtime.Tests.Testing.Ops;

namespace Cim.Runtime.Tests.Operators.Elementwise;

/// <summary>Relations of two operands, with broadcasting.</summary>
public sealed class ComparisonTests
{
    [Theory]
    [InlineData("Equal", new byte[] { 0, 1, 0, 0, 0, 1 })]
    [InlineData("Less", new byte[] { 0, 0, 1, 0, 0, 0 })]
    [InlineData("LessOrEqual", new byte[] { 0, 1, 1, 0, 0, 1 })]
    [InlineData("Greater", new byte[] { 1, 0, 0, 1, 1, 0 })]
    [InlineData("GreaterOrEqual", new byte[] { 1, 1, 0, 1, 1, 1 })]
    public void Operands_of_every_type_broadcast(string op, byte[] expected)
    {
        ElementType[] types = [ElementType.Float32, ElementType.Int64, ElementType.Int32, ElementType.Int8, ElementType.UInt8];
        foreach (ElementType type in types)
        {
            Tensor a = Run("Cast", Attributes(("to", (int)type)), Floats([2, 1], 1, 2));
            Tensor b = Run("Cast", Attributes(("to", (int)type)), Floats([3], 0, 1, 2));
            Tensor y = Run(op, a, b);
            Assert.Equal((ElementType.Bool, new Shape(2, 3)), (y.Type, y.Shape));
            Assert.Equal(expected, y.Data.ToArray());
        }
    }

    [Theory]
    [InlineData("Equal")]
    [InlineData("Less")]
    [InlineData("LessOrEqual")]
    [InlineData("Greater")]
    [InlineData("GreaterOrEqual")]
    public void Nothing_holds_of_NaN(string op) => Assert.Equal(
        new byte[] { 0, 0 }, Run(op, Floats([2], float.NaN, 1), Floats([2], float.NaN, float.NaN)).Data.ToArray());

    [Fact]
    public void Different_types_and_shapes_that_do_not_broadcast_are_refused()
    {
        Refused("Less", null, Ramp(2), Longs(1, 2));
        Refused("Equal", null, Ramp(2), Ramp(3));
    }
}
