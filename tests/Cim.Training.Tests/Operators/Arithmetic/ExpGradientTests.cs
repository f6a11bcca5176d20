using Xunit;

namespace Cim.Training.Tests.Operators.Arithmetic;

/// <summary>dx = dy exp(x).</summary>
public sealed class ExpGradientTests
{
    [Fact]
    public void The_gradient_is_the_central_difference() => ArithmeticCheck.AgreesOn("Exp", -2, 2);
}
