using Cim.Runtime.Tensors;
using Cim.Runtime.Tests.Testing;
using static Cim.Runtime.Tests.Testing.Ops;

namespace Cim.Runtime.Tests.Operators.Movement;

/// <summary>Elements by indices along one axis.</summary>
public sealed class GatherElementsTests
{
    [Fact]
    public void Each_element_comes_from_its_own_place_but_for_the_axis()
    {
        Tensor x = Floats([2, 3], 0, 1, 2, 3, 4, 5);
        Tensor indices = Tensor.Create<long>(new Shape(2, 2), [0, -1, 1, 1]);
        Assert.Equal([0f, 2f, 4f, 4f], Run("GatherElements", Attributes(("axis", 1)), x, indices).Floats());
        Assert.Equal([0f, 4f, 3f, 4f], Run("GatherElements", x, indices).Floats());
        Refused("GatherElements", null, x, Tensor.Create<long>(new Shape(2, 2), [0, 0, 2, 0]));
        Refused("GatherElements", null, x, Tensor.Create<long>(new Shape(2, 4), new long[8]));
        Refused("GatherElements", null, x, Floats([2, 2], 0, 0, 0, 0));
    }
}
