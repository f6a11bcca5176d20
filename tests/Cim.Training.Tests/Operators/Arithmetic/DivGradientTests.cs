using Xunit;

namespace Cim.Training.Tests.Operators.Arithmetic;

/// <summary>1 / b to the dividend, -a / b^2 to the divisor.</summary>
public sealed class DivGradientTests
{
    [Fact]
    public void Gradients_are_summed_over_broadcast_axes() => ArithmeticCheck.AgreesOverBroadcastAxes("Div");
}
