using Cim.Runtime.Tensors;
using Cim.Runtime.Tests.Testing;
using static Cim.Runtime.Tests.Testing.Ops;

namespace Cim.Runtime.Tests.Operators.Spatial;

/// <summary>Blocks of channels to blocks of positions, and back.</summary>
public sealed class DepthToSpaceTests
{
    [Fact]
    public void Space_and_depth_are_inverse_to_one_another()
    {
        Tensor x = Ramp(2, 12, 2, 3);
        Tensor y = Run("DepthToSpace", Attributes(("blocksize", 2)), x);
        Assert.Equal([2, 3, 4, 6], y.Dims());
        Assert.Equal(x.Floats(), Run("SpaceToDepth", Attributes(("blocksize", 2)), y).Floats());
        Assert.Equal([0f, 1f, 2f, 3f], Run("DepthToSpace", Attributes(("blocksize", 2), ("mode", "CRD")), Ramp(1, 4, 1, 1)).Floats());
        Refused("DepthToSpace", Attributes(("blocksize", 5)), x);
    }
}
