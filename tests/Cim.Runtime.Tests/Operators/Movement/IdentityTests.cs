using Cim.Runtime.Tensors;
using Cim.Runtime.Tests.Testing;
using static Cim.Runtime.Tests.Testing.Ops;

namespace Cim.Runtime.Tests.Operators.Movement;

/// <summary>The input itself.</summary>
public sealed class IdentityTests
{
    [Fact]
    public void Values_of_every_type_pass()
    {
        Assert.Equal([0f, 1f, 2f], Run("Identity", Ramp(3)).Floats());
        Assert.Equal([5L], Run("Identity", Longs(5)).Span<long>().ToArray());
        Tensor bytes = Tensor.Create<byte>(new Shape(2, 1), [3, 4]);
        Assert.Equal((bytes.Type, bytes.Shape), (Run("Identity", bytes).Type, Run("Identity", bytes).Shape));
    }
}
