using Cim.Runtime.Tensors;
using Cim.Runtime.Tests.Testing;
using static Cim.Runtime.Tests.Testing.Ops;

namespace Cim.Runtime.Tests.Operators.Movement;

/// <summary>The same elements under other dimensions.</summary>
public sealed class ReshapeTests
{
    [Fact]
    public void Dimensions_are_copied_at_zero_and_one_is_inferred()
    {
        Tensor x = Ramp(2, 3, 4);
        Assert.Equal([2, 12], Run("Reshape", x, Longs(0, -1)).Dims());
        Assert.Equal([4, 3, 2], Run("Reshape", x, Longs(4, 0, 2)).Dims());
        Assert.Equal([0, 5], Run("Reshape", Attributes(("allowzero", 1)), Ramp(0, 3), Longs(0, 5)).Dims());
        Assert.Equal(x.Floats(), Run("Reshape", x, Longs(-1)).Floats());
    }

    [Fact]
    public void Other_numbers_of_elements_are_refused()
    {
        Tensor x = Ramp(2, 3, 4);
        Refused("Reshape", null, x, Longs(5, -1));
        Refused("Reshape", null, x, Longs(-1, -1));
        Refused("Reshape", null, x, Longs(2, 3, 4, 0));
    }
}
