using Cim.Runtime.Tensors;
using Cim.Runtime.Tests.Testing;
using static Cim.Runtime.Tests.Testing.Ops;

namespace Cim.Runtime.Tests.Operators.Elementwise;

/// <summary>x within optional limits.</summary>
public sealed class ClipTests
{
    [Fact]
    public void Clip_has_optional_limits_and_the_upper_one_wins()
    {
        Tensor x = Floats([4], -2, -1, 1, 2);
        Assert.Equal([-1f, -1f, 1f, 1f], Run("Clip", x, Tensor.Scalar(-1f), Tensor.Scalar(1f)).Floats());
        Assert.Equal([-1f, -1f, 1f, 2f], Run("Clip", x, Tensor.Scalar(-1f)).Floats());
        Assert.Equal([-2f, -1f, 0f, 0f], Run("Clip", x, null, Tensor.Scalar(0f)).Floats());
        Assert.Equal([1f, 1f, 1f, 1f], Run("Clip", x, Tensor.Scalar(3f), Tensor.Scalar(1f)).Floats());
        Assert.Equal([0L, 5L], Run("Clip", Longs(-3, 9), Tensor.Scalar(0L), Tensor.Scalar(5L)).Span<long>().ToArray());
    }
}
