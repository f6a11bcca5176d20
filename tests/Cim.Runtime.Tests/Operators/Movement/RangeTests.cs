using Cim.Runtime.Tensors;
using Cim.Runtime.Tests.Testing;
using static Cim.Runtime.Tests.Testing.Ops;

namespace Cim.Runtime.Tests.Operators.Movement;

/// <summary>Numbers from a start to a limit.</summary>
public sealed class RangeTests
{
    [Fact]
    public void Steps_may_be_negative_or_fractions_and_the_limit_is_left_out()
    {
        Assert.Equal([10L, 7L, 4L], Run("Range", Tensor.Scalar(10L), Tensor.Scalar(3L), Tensor.Scalar(-3L)).Span<long>().ToArray());
        Assert.Equal([0f, 0.5f], Run("Range", Tensor.Scalar(0f), Tensor.Scalar(1f), Tensor.Scalar(0.5f)).Floats());
        Assert.Equal([], Run("Range", Tensor.Scalar(3L), Tensor.Scalar(3L), Tensor.Scalar(1L)).Span<long>().ToArray());
        Refused("Range", null, Tensor.Scalar(0L), Tensor.Scalar(3L), Tensor.Scalar(0L));
    }
}
