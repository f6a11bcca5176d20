using Cim.Runtime.Tensors;
using Cim.Runtime.Tests.Testing;
using static Cim.Runtime.Tests.Testing.Ops;

namespace Cim.Runtime.Tests.Operators.Reduction;

/// <summary>Sums along an axis.</summary>
public sealed class CumSumTests
{
    [Theory]
    [InlineData(0, 0, new[] { 1f, 3, 6, 4, 9, 15 })]
    [InlineData(1, 0, new[] { 6f, 5, 3, 15, 11, 6 })]
    [InlineData(0, 1, new[] { 0f, 1, 3, 0, 4, 9 })]
    [InlineData(1, 1, new[] { 5f, 3, 0, 11, 6, 0 })]
    public void Sums_go_in_either_direction_with_or_without_the_number_itself(int reverse, int exclusive, float[] expected) =>
        Assert.Equal(expected, Run("CumSum", Attributes(("reverse", reverse), ("exclusive", exclusive)),
            Floats([2, 3], 1, 2, 3, 4, 5, 6), Tensor.Scalar(-1L)).Floats());

    [Fact]
    public void Other_axes_and_integers()
    {
        Assert.Equal([1f, 2f, 3f, 5f, 7f, 9f], Run("CumSum", Floats([2, 3], 1, 2, 3, 4, 5, 6), Tensor.Scalar(0L)).Floats());
        Assert.Equal([1L, 3L], Run("CumSum", Longs(1, 2), Tensor.Scalar(0L)).Span<long>().ToArray());
        Refused("CumSum", null, Longs(1, 2), Tensor.Scalar(1L));
    }
}
