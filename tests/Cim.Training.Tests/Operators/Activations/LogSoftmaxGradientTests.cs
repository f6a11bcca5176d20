using Cim.Onnx.Building;
using Cim.Training.Tests.Differentiation;
using Xunit;

namespace Cim.Training.Tests.Operators.Activations;

/// <summary>dx = dy - softmax(x) sum(dy) along the axis.</summary>
public sealed class LogSoftmaxGradientTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-1)]
    public void The_gradient_is_the_central_difference_along_any_axis(int axis)
    {
        var check = new GradientCheck(9, doublePrecision: true);
        string x = check.Variable([3, 4, 5], -2, 2);
        check.Agrees(check.Builder.Op("LogSoftmax", [x], Attributes.Int("axis", axis)));
    }
}
