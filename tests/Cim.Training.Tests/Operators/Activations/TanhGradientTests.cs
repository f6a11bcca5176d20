using Cim.Training.Tests.Operators.Arithmetic;
using Xunit;

namespace Cim.Training.Tests.Operators.Activations;

/// <summary>dx = dy (1 - y^2).</summary>
public sealed class TanhGradientTests
{
    [Fact]
    public void The_gradient_is_the_central_difference() => ArithmeticCheck.AgreesOn("Tanh", -3, 3);
}
