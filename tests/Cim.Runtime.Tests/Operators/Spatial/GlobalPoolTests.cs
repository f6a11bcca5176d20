using Cim.Runtime.Tests.Testing;
using static Cim.Runtime.Tests.Testing.Ops;

namespace Cim.Runtime.Tests.Operators.Spatial;

/// <summary>The mean or maximum of every plane.</summary>
public sealed class GlobalPoolTests
{
    [Fact]
    public void Global_pools_reduce_every_plane()
    {
        Assert.Equal([4f, 13f], Run("GlobalAveragePool", Ramp(1, 2, 3, 3)).Floats());
        Assert.Equal([8f, 17f], Run("GlobalMaxPool", Ramp(1, 2, 3, 3)).Floats());
        Assert.Equal([1, 2, 1, 1, 1], Run("GlobalMaxPool", Ramp(1, 2, 3, 3, 1)).Dims());
    }
}
