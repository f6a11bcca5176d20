using Cim.Runtime.Tensors;
using Cim.Runtime.Tests.Testing;
using static Cim.Runtime.Tests.Testing.Ops;

namespace Cim.Runtime.Tests.Operators.Movement;

/// <summary>A matrix of the axes before and from one on.</summary>
public sealed class FlattenTests
{
    [Theory]
    [InlineData(-1, 6, 4)]
    [InlineData(0, 1, 24)]
    [InlineData(1, 2, 12)]
    [InlineData(3, 24, 1)]
    public void Axes_before_are_rows_and_the_others_columns(int axis, int rows, int columns)
    {
        Tensor x = Ramp(2, 3, 4), y = Run("Flatten", Attributes(("axis", axis)), x);
        Assert.Equal([rows, columns], y.Dims());
        Assert.Equal(x.Floats(), y.Floats());
    }
}
