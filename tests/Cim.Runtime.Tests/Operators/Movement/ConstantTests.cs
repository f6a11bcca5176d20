using Cim.Runtime.Tensors;
using Cim.Runtime.Tests.Testing;
using static Cim.Runtime.Tests.Testing.Ops;

namespace Cim.Runtime.Tests.Operators.Movement;

/// <summary>The tensor of its attribute.</summary>
public sealed class ConstantTests
{
    [Fact]
    public void The_value_is_returned_and_needed()
    {
        Assert.Equal(3f, Run("Constant", Attributes(("value", Tensor.Scalar(3f)))).Floats()[0]);
        Assert.Equal([1L, 2L], Run("Constant", Attributes(("value", Longs(1, 2)))).Span<long>().ToArray());
        Refused("Constant", null);
    }
}
