using Cim.Runtime.Tests.Testing;
using static Cim.Runtime.Tests.Testing.Ops;

namespace Cim.Runtime.Tests.Operators.Movement;

/// <summary>Axes of size 1 removed.</summary>
public sealed class SqueezeTests
{
    [Fact]
    public void Named_axes_or_all_of_size_one_disappear()
    {
        Assert.Equal([2, 3], Run("Squeeze", Ramp(1, 2, 1, 3), null).Dims());
        Assert.Equal([2, 1, 3], Run("Squeeze", Ramp(1, 2, 1, 3), Longs(0)).Dims());
        Assert.Equal([1, 2, 3], Run("Squeeze", Ramp(1, 2, 1, 3), Longs(-2)).Dims());
        Refused("Squeeze", null, Ramp(2, 3, 4), Longs(0));
    }
}
