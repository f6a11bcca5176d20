using Cim.Runtime.Tensors;
using static Cim.Runtime.Tests.Testing.Ops;

namespace Cim.Runtime.Tests.Operators.Movement;

/// <summary>The dimensions as integers.</summary>
public sealed class ShapeOfTests
{
    [Fact]
    public void All_dimensions_or_a_part_of_them()
    {
        Tensor x = Ramp(2, 3, 4);
        Assert.Equal([2L, 3L, 4L], Run("Shape", x).Span<long>().ToArray());
        Assert.Equal([3L], Run("Shape", Attributes(("start", 1), ("end", -1)), x).Span<long>().ToArray());
        Assert.Equal([], Run("Shape", Attributes(("start", 2), ("end", 1)), x).Span<long>().ToArray());
    }
}
