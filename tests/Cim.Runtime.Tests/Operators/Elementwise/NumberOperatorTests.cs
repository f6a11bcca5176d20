using Cim.Runtime.Tensors;
using Cim.Runtime.Tests.Testing;
using static Cim.Runtime.Tests.Testing.Ops;

namespace Cim.Runtime.Tests.Operators.Elementwise;

/// <summary>Functions of integers and of reals.</summary>
public sealed class NumberOperatorTests
{
    [Theory]
    [InlineData("Round")]
    [InlineData("Sign")]
    public void Reals_equal_the_definition(string op) => UnaryDefinition.Holds(op, 0);

    [Fact]
    public void Reals_in_the_middle_are_rounded_to_even_and_NaN_keeps_its_sign_unknown()
    {
        Assert.Equal([-2f, -0f, 0f, 2f, 2f], Run("Round", Floats([5], -1.5f, -0.5f, 0.5f, 1.5f, 2.5f)).Floats());
        Assert.Equal([-1f, 0f, 1f, float.NaN], Run("Sign", Floats([4], -3, 0, 0.1f, float.NaN)).Floats());
    }

    [Theory]
    [InlineData("Neg", new long[] { 5, 0, -7 })]
    [InlineData("Abs", new long[] { 5, 0, 7 })]
    [InlineData("Sign", new long[] { -1, 0, 1 })]
    [InlineData("Relu", new long[] { 0, 0, 7 })]
    [InlineData("Floor", new long[] { -5, 0, 7 })]
    [InlineData("Ceil", new long[] { -5, 0, 7 })]
    [InlineData("Round", new long[] { -5, 0, 7 })]
    public void Integers_of_every_width_stay_integers(string op, long[] expected)
    {
        foreach (ElementType type in (ElementType[])[ElementType.Int64, ElementType.Int32, ElementType.Int8])
        {
            Tensor x = Run("Cast", Attributes(("to", (int)type)), Longs(-5, 0, 7));
            Tensor y = Run(op, x);
            Assert.Equal(type, y.Type);
            Assert.Equal(expected, Run("Cast", Attributes(("to", (int)ElementType.Int64)), y).Span<long>().ToArray());
        }
    }

    [Fact]
    public void Negating_the_smallest_integer_wraps() =>
        Assert.Equal([int.MinValue], Run("Neg", Tensor.Create<int>(new Shape(1), [int.MinValue])).Span<int>().ToArray());
}
