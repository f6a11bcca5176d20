using Cim.Onnx.Building;
using Cim.Training.Tests.Differentiation;
using Xunit;

namespace Cim.Training.Tests.Operators.Activations;

/// <summary>Elu, Selu and Celu, compared with the gradients of their definitions.</summary>
public sealed class ExponentialUnitGradientTests
{
    [Theory]
    [InlineData("Elu", 1, 1, 1)]
    [InlineData("Elu", 0.5, 1, 1)]
    [InlineData("Celu", 2, 1, 2)]
    [InlineData("Selu", 1.6732632, 1.0507010, 1)]
    public void They_are_the_gradients_of_the_definitions(string type, double alpha, double gamma, double divisor)
    {
        var check = new GradientCheck(6, doublePrecision: false);
        GraphBuilder b = check.Builder;
        string x = check.Variable([40], -4, 4);
        check.KeepAwayFrom(0.3, 0);
        string unit = type == "Selu" ? b.Op(type, x) : b.Op(type, [x], Attributes.Float("alpha", (float)alpha));
        string below = b.Op("Mul", b.Scalar(alpha), b.Op("Sub", b.Op("Exp", b.Op("Div", x, b.Scalar(divisor))), b.Scalar(1)));
        string choice = b.Op("Where", b.Op("Greater", x, b.Scalar(0)), x, below);
        check.Agrees(b.Op("Sub", unit, b.Op("Mul", b.Scalar(gamma), choice)));
    }
}
