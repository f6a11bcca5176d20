using Cim.Onnx.Building;
using Cim.Training.Tests.Differentiation;
using Xunit;

namespace Cim.Training.Tests.Operators.Activations;

/// <summary>x / (1 + |x|), compared with the gradient of the quotient.</summary>
public sealed class SoftsignGradientTests
{
    [Fact]
    public void It_is_the_gradient_of_the_quotient()
    {
        var check = new GradientCheck(4, doublePrecision: false);
        GraphBuilder b = check.Builder;
        string x = check.Variable([40], -4, 4);
        check.KeepAwayFrom(0.3, 0);
        check.Agrees(b.Op("Sub", b.Op("Softsign", x), b.Op("Div", x, b.Op("Add", b.Scalar(1), b.Op("Abs", x)))));
    }
}
