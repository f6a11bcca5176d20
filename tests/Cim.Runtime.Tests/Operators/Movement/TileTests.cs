using Cim.Runtime.Tests.Testing;
using static Cim.Runtime.Tests.Testing.Ops;

namespace Cim.Runtime.Tests.Operators.Movement;

/// <summary>Copies side by side.</summary>
public sealed class TileTests
{
    [Fact]
    public void Every_axis_repeats_as_often_as_asked()
    {
        Assert.Equal([0f, 1f, 0f, 1f, 2f, 3f, 2f, 3f], Run("Tile", Ramp(2, 2), Longs(1, 2)).Floats());
        Assert.Equal([0f, 1f, 2f, 3f, 0f, 1f, 2f, 3f], Run("Tile", Ramp(2, 2), Longs(2, 1)).Floats());
        Assert.Equal([4, 2], Run("Tile", Ramp(2, 2), Longs(2, 1)).Dims());
    }
}
