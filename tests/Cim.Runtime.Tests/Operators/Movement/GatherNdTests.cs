using Cim.Runtime.Tensors;
using Cim.Runtime.Tests.Testing;
using static Cim.Runtime.Tests.Testing.Ops;

namespace Cim.Runtime.Tests.Operators.Movement;

/// <summary>Slabs by lists of places.</summary>
public sealed class GatherNdTests
{
    [Fact]
    public void Places_name_elements_or_slabs_behind_shared_axes()
    {
        Tensor x = Floats([2, 2, 2], 0, 1, 2, 3, 4, 5, 6, 7);
        Assert.Equal([0f, 7f], Run("GatherND", x, Tensor.Create<long>(new Shape(2, 3), [0, 0, 0, 1, -1, 1])).Floats());
        Tensor slabs = Run("GatherND", x, Tensor.Create<long>(new Shape(2, 1), [1, 0]));
        Assert.Equal([2, 2, 2], slabs.Dims());
        Assert.Equal([4f, 5f, 6f, 7f, 0f, 1f, 2f, 3f], slabs.Floats());
        Assert.Equal([2f, 3f, 4f, 5f],
            Run("GatherND", Attributes(("batch_dims", 1)), x, Tensor.Create<long>(new Shape(2, 1), [1, 0])).Floats());
        Refused("GatherND", null, x, Tensor.Create<long>(new Shape(1, 1), [2]));
        Refused("GatherND", Attributes(("batch_dims", 1)), x, Tensor.Create<long>(new Shape(3, 1), [0, 0, 0]));
        Refused("GatherND", null, x, Tensor.Create<long>(new Shape(1, 4), [0, 0, 0, 0]));
    }
}
