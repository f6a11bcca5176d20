using Cim.Runtime.Tensors;
using Cim.Runtime.Tests.Testing;
using static Cim.Runtime.Tests.Testing.Ops;

namespace Cim.Runtime.Tests.Operators.Movement;

/// <summary>Updates put at places of the data.</summary>
public sealed class ScatterElementsTests
{
    private static readonly Tensor _x = Floats([2, 3], 1, 2, 3, 4, 5, 6), _updates = Floats([1, 2], 10, 20);

    private static readonly Tensor _twice = Tensor.Create<long>(new Shape(1, 2), [1, 1]);

    [Theory]
    [InlineData("none", 20f)]
    [InlineData("add", 32f)]
    [InlineData("mul", 400f)]
    [InlineData("max", 20f)]
    [InlineData("min", 2f)]
    public void Updates_of_the_same_place_are_joined_in_order(string reduction, float expected) =>
        Assert.Equal([1, expected, 3, 4, 5, 6],
            Run("ScatterElements", Attributes(("axis", 1), ("reduction", reduction)), _x, _twice, _updates).Floats());

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        Refused("ScatterElements", null, _x, Tensor.Create<long>(new Shape(1, 2), [0, 2]), _updates);
        Refused("ScatterElements", null, _x, _twice, Floats([2, 1], 1, 2));
        Refused("ScatterElements", Attributes(("reduction", "mean")), _x, _twice, _updates);
    }
}
