using Cim.Runtime.Tests.Testing;
using static Cim.Runtime.Tests.Testing.Ops;

namespace Cim.Runtime.Tests.Operators.Elementwise;

/// <summary>Functions without a vector form, computed in double precision and rounded once.</summary>
public sealed class ScalarOperatorTests
{
    [Theory]
    [InlineData("Log")]
    [InlineData("Softplus")]
    [InlineData("Mish")]
    [InlineData("Sin")]
    [InlineData("Cos")]
    [InlineData("Tan")]
    [InlineData("Asin")]
    [InlineData("Acos")]
    [InlineData("Atan")]
    [InlineData("Sinh")]
    [InlineData("Cosh")]
    [InlineData("Asinh")]
    [InlineData("Acosh")]
    [InlineData("Atanh")]
    public void Results_equal_the_definition_in_double_precision(string op) => UnaryDefinition.Holds(op, 2e-7);

    [Fact]
    public void Softplus_overflows_nowhere()
    {
        Assert.Equal([0f, 1000f, float.PositiveInfinity],
            Run("Softplus", Floats([3], -1000, 1000, float.PositiveInfinity)).Floats());
    }
}
