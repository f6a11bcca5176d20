using Xunit;

namespace Cim.Training.Tests.Operators.Arithmetic;

/// <summary>dx = dy / (2 sqrt(x)).</summary>
public sealed class SqrtGradientTests
{
    [Fact]
    public void The_gradient_is_the_central_difference() => ArithmeticCheck.AgreesOn("Sqrt", 0.5, 3);
}
