using Cim.Runtime.Tensors;
using Cim.Runtime.Tests.Testing;
using static Cim.Runtime.Tests.Testing.Ops;

namespace Cim.Runtime.Tests.Operators.Elementwise;

/// <summary>One of two values for each truth value.</summary>
public sealed class WhereTests
{
    [Fact]
    public void All_three_operands_broadcast()
    {
        var condition = new Tensor(ElementType.Bool, new Shape(2, 1), new byte[] { 1, 0 });
        Assert.Equal([0f, 1f, 2f, 9f, 9f, 9f], Run("Where", condition, Ramp(3), Tensor.Scalar(9f)).Floats());
    }

    [Fact]
    public void Values_of_any_width_are_taken()
    {
        var condition = new Tensor(ElementType.Bool, new Shape(2), new byte[] { 0, 1 });
        Assert.Equal([3L, 2L], Run("Where", condition, Longs(1, 2), Longs(3, 4)).Span<long>().ToArray());
        Assert.Equal(new byte[] { 3, 2 }, Run(
            "Where", condition, Tensor.Create<byte>(new Shape(2), [1, 2]), Tensor.Create<byte>(new Shape(2), [3, 4])).Data.ToArray());
        Refused("Where", null, condition, Longs(1, 2), Ramp(2));
        Refused("Where", null, condition, Ramp(3), Ramp(3));
    }
}
