using Cim.Runtime.Tensors;
using Cim.Runtime.Tests.Testing;
using static Cim.Runtime.Tests.Testing.Ops;

namespace Cim.Runtime.Tests.Operators.Elementwise;

/// <summary>The type of the result is that of the base.</summary>
public sealed class PowTests
{
    [Fact]
    public void Powers_take_the_type_of_the_base()
    {
        Assert.Equal([4f, 9f], Run("Pow", Floats([2], -2, 3), Tensor.Scalar(2f)).Floats());
        Assert.Equal([8L, 27L], Run("Pow", Longs(2, 3), Tensor.Scalar(3f)).Span<long>().ToArray());
        Assert.Equal([2f, 9f], Run("Pow", Floats([2], 2, 3), Longs(1, 2)).Floats());
    }
}
