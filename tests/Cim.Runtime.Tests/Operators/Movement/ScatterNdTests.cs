using Cim.Runtime.Tensors;
using Cim.Runtime.Tests.Testing;
using static Cim.Runtime.Tests.Testing.Ops;

namespace Cim.Runtime.Tests.Operators.Movement;

/// <summary>Slabs of updates put at listed places of the data.</summary>
public sealed class ScatterNdTests
{
    [Fact]
    public void Slabs_replace_or_join_what_is_there()
    {
        Tensor x = Floats([3, 2], 1, 2, 3, 4, 5, 6), rows = Tensor.Create<long>(new Shape(2, 1), [2, -3]);
        Tensor updates = Floats([2, 2], 10, 20, 30, 40);
        Assert.Equal([30f, 40f, 3f, 4f, 10f, 20f], Run("ScatterND", x, rows, updates).Floats());
        Assert.Equal([31f, 42f, 3f, 4f, 15f, 26f], Run("ScatterND", Attributes(("reduction", "add")), x, rows, updates).Floats());
        Assert.Equal([1f, 2f, 3f, 9f, 5f, 6f],
            Run("ScatterND", x, Tensor.Create<long>(new Shape(1, 2), [1, 1]), Floats([1], 9)).Floats());
        Refused("ScatterND", null, x, Tensor.Create<long>(new Shape(2, 1), [0, 3]), updates);
        Refused("ScatterND", null, x, rows, Floats([2, 1], 1, 2));
        Refused("ScatterND", null, x, Tensor.Create<long>(new Shape(1, 3), [0, 0, 0]), Floats([1], 9));
    }
}
