using Xunit;

namespace Cim.Training.Tests.Operators.Arithmetic;

/// <summary>One to the left operand, minus one to the right.</summary>
public sealed class SubGradientTests
{
    [Fact]
    public void Gradients_are_summed_over_broadcast_axes() => ArithmeticCheck.AgreesOverBroadcastAxes("Sub");
}
