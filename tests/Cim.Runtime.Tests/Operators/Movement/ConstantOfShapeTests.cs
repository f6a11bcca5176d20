using Cim.Runtime.Tensors;
using Cim.Runtime.Tests.Testing;
using static Cim.Runtime.Tests.Testing.Ops;

namespace Cim.Runtime.Tests.Operators.Movement;

/// <summary>One value everywhere.</summary>
public sealed class ConstantOfShapeTests
{
    [Fact]
    public void The_value_decides_the_type_and_is_zero_where_none_is_named()
    {
        Assert.Equal([7L, 7L], Run("ConstantOfShape", Attributes(("value", Longs(7))), Longs(2)).Span<long>().ToArray());
        Tensor zeros = Run("ConstantOfShape", Longs(2, 2));
        Assert.Equal([2, 2], zeros.Dims());
        Assert.Equal([0f, 0f, 0f, 0f], zeros.Floats());
    }
}
