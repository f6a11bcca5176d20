using Cim.Training.Tests.Differentiation;
using Xunit;

namespace Cim.Training.Tests.Operators.Arithmetic;

/// <summary>dx = -dy / x^2.</summary>
public sealed class ReciprocalGradientTests
{
    [Fact]
    public void The_gradient_is_the_central_difference() => ArithmeticCheck.AgreesOn("Reciprocal", 0.5, 2);
}
