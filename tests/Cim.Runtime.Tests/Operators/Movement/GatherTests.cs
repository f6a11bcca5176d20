using Cim.Runtime.Tensors;
using Cim.Runtime.Tests.Testing;
using static Cim.Runtime.Tests.Testing.Ops;

namespace Cim.Runtime.Tests.Operators.Movement;

/// <summary>Slabs by their indices.</summary>
public sealed class GatherTests
{
    [Fact]
    public void Whole_slabs_are_taken_and_indices_outside_refused()
    {
        Tensor x = Ramp(2, 3, 2), y = Run("Gather", Attributes(("axis", 1)), x, Tensor.Create<long>(new Shape(1, 2), [-1, 0]));
        Assert.Equal([2, 1, 2, 2], y.Dims());
        Assert.Equal([4f, 5f, 0f, 1f, 10f, 11f, 6f, 7f], y.Floats());
        Assert.Equal([2, 2], Run("Gather", Attributes(("axis", 1)), x, Tensor.Scalar(1)).Dims());
        Refused("Gather", null, x, Longs(2));
        Refused("Gather", null, x, Longs(-3));
    }
}
