using Cim.Runtime.Tensors;
using Cim.Runtime.Tests.Testing;
using static Cim.Runtime.Tests.Testing.Ops;

namespace Cim.Runtime.Tests.Operators.Reduction;

/// <summary>The largest and smallest numbers, in order.</summary>
public sealed class TopKTests
{
    [Fact]
    public void Numbers_come_in_order_and_of_equal_ones_the_first_first()
    {
        Tensor x = Floats([1, 5], 3, 1, 3, 2, 0);
        Tensor[] best = All("TopK", null, x, Longs(3));
        Assert.Equal([3f, 3f, 2f], best[0].Floats());
        Assert.Equal([0L, 2L, 3L], best[1].Span<long>().ToArray());
        Tensor[] least = All("TopK", Attributes(("largest", 0)), x, Longs(2));
        Assert.Equal([0f, 1f], least[0].Floats());
        Assert.Equal([4L, 1L], least[1].Span<long>().ToArray());
        Assert.Equal([3f, 4f, 5f, 1f, 2f, 0f],
            All("TopK", Attributes(("axis", 0)), Floats([2, 3], 3, 2, 0, 1, 4, 5), Longs(2))[0].Floats());
        Refused("TopK", null, x, Longs(6));
    }
}
