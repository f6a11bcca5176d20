using Cim.Runtime.Tensors;
using Cim.Runtime.Tests.Testing;
using static Cim.Runtime.Tests.Testing.Ops;

namespace Cim.Runtime.Tests.Operators.Reduction;

/// <summary>The index of the largest or smallest element.</summary>
public sealed class ArgExtremeTests
{
    [Fact]
    public void Of_equal_elements_the_first_counts_or_the_last()
    {
        Tensor x = Floats([2, 3], 1, 5, 5, 7, 7, 2);
        Assert.Equal([1L, 0L], Run("ArgMax", Attributes(("axis", 1), ("keepdims", 0)), x).Span<long>().ToArray());
        Assert.Equal([2L, 1L], Run("ArgMax", Attributes(("axis", -1), ("select_last_index", 1)), x).Span<long>().ToArray());
        Assert.Equal([0L, 0L, 1L], Run("ArgMin", x).Span<long>().ToArray());
    }
}
