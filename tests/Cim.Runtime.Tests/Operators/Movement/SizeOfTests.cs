using Cim.Runtime.Tensors;
using static Cim.Runtime.Tests.Testing.Ops;

namespace Cim.Runtime.Tests.Operators.Movement;

/// <summary>The number of elements.</summary>
public sealed class SizeOfTests
{
    [Fact]
    public void Dimensions_are_multiplied()
    {
        Assert.Equal([24L], Run("Size", Ramp(2, 3, 4)).Span<long>().ToArray());
        Assert.Equal([0L], Run("Size", Ramp(2, 0)).Span<long>().ToArray());
        Assert.Equal(1L, Run("Size", Tensor.Scalar(3f)).Span<long>()[0]);
    }
}
