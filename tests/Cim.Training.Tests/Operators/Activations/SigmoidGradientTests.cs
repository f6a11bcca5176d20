using Cim.Training.Tests.Operators.Arithmetic;
using Xunit;

namespace Cim.Training.Tests.Operators.Activations;

/// <summary>dx = dy y (1 - y).</summary>
public sealed class SigmoidGradientTests
{
    [Fact]
    public void The_gradient_is_the_central_difference() => ArithmeticCheck.AgreesOn("Sigmoid", -4, 4);
}
