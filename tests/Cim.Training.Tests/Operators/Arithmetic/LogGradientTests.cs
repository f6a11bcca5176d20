using Xunit;

namespace Cim.Training.Tests.Operators.Arithmetic;

/// <summary>dx = dy / x.</summary>
public sealed class LogGradientTests
{
    [Fact]
    public void The_gradient_is_the_central_difference() => ArithmeticCheck.AgreesOn("Log", 0.5, 3);
}
