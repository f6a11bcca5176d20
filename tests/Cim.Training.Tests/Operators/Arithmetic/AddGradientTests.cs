using Cim.Training.Tests.Differentiation;
using Xunit;

namespace Cim.Training.Tests.Operators.Arithmetic;

/// <summary>One to either operand.</summary>
public sealed class AddGradientTests
{
    [Fact]
    public void Gradients_are_summed_over_broadcast_axes() => ArithmeticCheck.AgreesOverBroadcastAxes("Add");

    [Fact]
    public void One_value_used_twice_gets_both_gradients()
    {
        var check = new GradientCheck(2, doublePrecision: true);
        string x = check.Variable([5]);
        check.Agrees(check.Builder.Op("Mul", x, check.Builder.Op("Add", x, x)));
    }
}
