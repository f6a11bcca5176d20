using Cim.Runtime.Tensors;
using Cim.Runtime.Tests.Testing;
using static Cim.Runtime.Tests.Testing.Ops;

namespace Cim.Runtime.Tests.Operators.Movement;

/// <summary>Axes of size 1 added.</summary>
public sealed class UnsqueezeTests
{
    [Fact]
    public void Axes_count_in_the_result()
    {
        Tensor x = Ramp(2, 3, 4), y = Run("Unsqueeze", x, Longs(-1, 1));
        Assert.Equal([2, 1, 3, 4, 1], y.Dims());
        Assert.Equal(x.Floats(), y.Floats());
        Refused("Unsqueeze", null, x, Longs(1, 1));
        Refused("Unsqueeze", null, x, Longs(5));
    }
}
