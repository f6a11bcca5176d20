using Cim.Onnx.Building;
using Cim.Training.Tests.Differentiation;
using Xunit;

namespace Cim.Training.Tests.Operators.Activations;

/// <summary>x tanh(softplus(x)), compared with the gradient of 1 - 2 / ((1 + e^x)^2 + 1) times x.</summary>
public sealed class MishCompositeTests
{
    [Fact]
    public void It_is_the_gradient_of_the_rational_form()
    {
        var check = new GradientCheck(5, doublePrecision: false);
        GraphBuilder b = check.Builder;
        string x = check.Variable([40], -4, 4);
        string mish = b.Op("Mish", x);
        b.Graph.Node[^1].Domain = Cim.Training.Networks.TrainingDomain.Name;
        string e = b.Op("Add", b.Scalar(1), b.Op("Exp", x));
        string t = b.Op("Sub", b.Scalar(1), b.Op("Div", b.Scalar(2), b.Op("Add", b.Op("Mul", e, e), b.Scalar(1))));
        check.Agrees(b.Op("Sub", mish, b.Op("Mul", x, t)));
    }
}
