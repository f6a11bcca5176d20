using Cim.Training.Tests.Differentiation;
using Xunit;

namespace Cim.Training.Tests.Operators.Arithmetic;

/// <summary>Sin and Cos.</summary>
public sealed class SineGradientTests
{
    [Theory]
    [InlineData("Sin")]
    [InlineData("Cos")]
    public void The_gradient_is_the_central_difference(string type) => ArithmeticCheck.AgreesOn(type, -3, 3);
}
