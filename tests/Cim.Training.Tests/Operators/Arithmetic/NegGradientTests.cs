using Xunit;

namespace Cim.Training.Tests.Operators.Arithmetic;

/// <summary>dx = -dy.</summary>
public sealed class NegGradientTests
{
    [Fact]
    public void The_gradient_is_the_central_difference() => ArithmeticCheck.AgreesOn("Neg", -2, 2);
}
