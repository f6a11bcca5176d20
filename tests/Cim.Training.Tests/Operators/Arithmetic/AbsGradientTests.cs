using Xunit;

namespace Cim.Training.Tests.Operators.Arithmetic;

/// <summary>dx = dy sign(x).</summary>
public sealed class AbsGradientTests
{
    [Fact]
    public void The_gradient_is_the_slope_on_either_side_of_zero() => ArithmeticCheck.AgreesAwayFromZero("Abs");
}
