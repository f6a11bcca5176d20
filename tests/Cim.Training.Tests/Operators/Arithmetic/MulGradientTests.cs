using Xunit;

namespace Cim.Training.Tests.Operators.Arithmetic;

/// <summary>The other operand.</summary>
public sealed class MulGradientTests
{
    [Fact]
    public void Gradients_are_summed_over_broadcast_axes() => ArithmeticCheck.AgreesOverBroadcastAxes("Mul");
}
