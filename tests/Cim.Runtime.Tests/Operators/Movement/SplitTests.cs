using Cim.Runtime.Tensors;
using Cim.Runtime.Tests.Testing;
using static Cim.Runtime.Tests.Testing.Ops;

namespace Cim.Runtime.Tests.Operators.Movement;

/// <summary>Parts of a tensor along an axis.</summary>
public sealed class SplitTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-1)]
    public void Every_part_has_its_elements(int axis)
    {
        Tensor[] parts = All("Split", Attributes(("axis", axis)), Ramp(3, 3), Longs(1, 2));
        bool rows = axis == 0;
        Assert.Equal(rows ? [0f, 1, 2] : [0f, 3, 6], parts[0].Floats());
        Assert.Equal(rows ? [3f, 4, 5, 6, 7, 8] : [1f, 2, 4, 5, 7, 8], parts[1].Floats());
    }

    [Fact]
    public void Equal_parts_of_a_number_leave_the_last_short()
    {
        var bytes = Tensor.Create<byte>(new Shape(4), [1, 2, 3, 4]);
        Tensor[] three = All("Split", Attributes(("num_outputs", 3)), bytes);
        Assert.Equal([2, 2, 0], [.. three.Select(t => t.Length)]);
        Refused("Split", null, bytes, Longs(1, 2));
    }
}
