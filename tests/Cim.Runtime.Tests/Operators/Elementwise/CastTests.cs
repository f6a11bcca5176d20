using Cim.Runtime.Tensors;
using Cim.Runtime.Tests.Testing;
using static Cim.Runtime.Tests.Testing.Ops;

namespace Cim.Runtime.Tests.Operators.Elementwise;

/// <summary>From any type to any other, and to integers narrower than a byte.</summary>
public sealed class CastTests
{
    [Fact]
    public void Casts_truncate_and_wrap_as_documented()
    {
        Tensor x = Floats([7], -1.9f, 1.9f, 300, -300, float.NaN, 3e9f, 1e30f);
        Assert.Equal([-1L, 1L, 300L, -300L, long.MinValue, 3000000000L, long.MinValue],
            Run("Cast", Attributes(("to", 7)), x).Span<long>().ToArray());
        Assert.Equal(
            [-1, 1, 300, -300, int.MinValue, int.MinValue, int.MinValue], Run("Cast", Attributes(("to", 6)), x).Span<int>().ToArray());
        Assert.Equal(new byte[] { 255, 1, 44, 212, 0, 0, 0 }, Run("Cast", Attributes(("to", 2)), x).Data.ToArray());
        Assert.Equal(new byte[] { 1, 1, 1, 1, 1, 1, 1 }, Run("Cast", Attributes(("to", 9)), x).Data.ToArray());
        Assert.Equal(new sbyte[] { 44 }, Run("Cast", Attributes(("to", 3)), Longs(300)).Span<sbyte>().ToArray());
        Refused("Cast", Attributes(("to", 8)), x);
    }

    [Theory]
    [InlineData(22, ElementType.Int8, new long[] { 4, 4, -8, 7, -1 })]
    [InlineData(21, ElementType.UInt8, new long[] { 4, 4, 8, 7, 15 })]
    [InlineData(5, ElementType.Int32, new long[] { -12, 20, 32760, -9, -1 })]
    [InlineData(4, ElementType.Int32, new long[] { 65524, 20, 32760, 65527, 65535 })]
    [InlineData(12, ElementType.Int64, new long[] { 4294967284, 20, 32760, 4294967287, 4294967295 })]
    public void Integers_narrower_than_the_type_that_holds_them_keep_their_own_bits(int narrow, ElementType held, long[] expected)
    {
        long[] values = [-12, 20, 32760, -9, -1];
        foreach (ElementType from in (ElementType[])[ElementType.Int64, ElementType.Int32, ElementType.Float32])
        {
            Tensor x = Run("Cast", Attributes(("to", (int)from)), Longs(values));
            Tensor y = Run("Cast", Attributes(("to", (int)held), ("narrow", narrow)), x);
            Assert.Equal(held, y.Type);
            Assert.Equal(expected, Run("Cast", Attributes(("to", 7)), y).Span<long>().ToArray());
        }
    }

    [Fact]
    public void Reals_become_4_bit_integers_rounded_and_others_truncated()
    {
        Tensor x = Floats([6], -12.7f, -0.5f, 0.5f, 6.5f, 7.5f, 300);
        Assert.Equal(new sbyte[] { 3, -1, 1, 7, -8, -4 }, Run("Cast", Attributes(("to", 3), ("narrow", 22)), x).Span<sbyte>().ToArray());
        Assert.Equal([-12, 0, 0, 6, 7, 300], Run("Cast", Attributes(("to", 6), ("narrow", 5)), x).Span<int>().ToArray());
        Refused("Cast", Attributes(("to", 3), ("narrow", 5)), x);
        Refused("Cast", Attributes(("to", 3), ("narrow", 3)), x);
    }

    [Fact]
    public void Reals_that_are_held_by_a_wider_type_are_rounded_to_their_own()
    {
        Tensor x = Floats([5], 1 + (1 / 2048f), 1 + (3 / 2048f), 1e6f, -0.1f, float.NaN);
        Assert.Equal([1, 1 + (1 / 512f), float.PositiveInfinity, -0.099975586f, float.NaN],
            Run("Cast", Attributes(("to", 1), ("narrow", 10)), x).Span<float>().ToArray());
        Tensor y = Floats([5], 1 + (1 / 256f), 1 + (3 / 256f), 3.4e38f, -0.1f, float.NaN);
        Assert.Equal([1, 1 + (1 / 64f), float.PositiveInfinity, -0.100097656f, float.NaN],
            Run("Cast", Attributes(("to", 1), ("narrow", 16)), y).Span<float>().ToArray());
    }
}
