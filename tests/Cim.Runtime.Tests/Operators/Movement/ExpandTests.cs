using Cim.Runtime.Tests.Testing;
using static Cim.Runtime.Tests.Testing.Ops;

namespace Cim.Runtime.Tests.Operators.Movement;

/// <summary>Repeated along axes of size 1.</summary>
public sealed class ExpandTests
{
    [Fact]
    public void Both_shapes_broadcast()
    {
        Assert.Equal([0f, 0f, 1f, 1f], Run("Expand", Ramp(2, 1), Longs(2, 2)).Floats());
        Assert.Equal([2, 2, 3], Run("Expand", Ramp(2, 1), Longs(2, 1, 3)).Dims());
        Refused("Expand", null, Ramp(2), Longs(3));
    }
}
