using Cim.Onnx.Building;
using Cim.Training.Tests.Differentiation;
using Xunit;

namespace Cim.Training.Tests.Operators.Activations;

/// <summary>ONNX Runtime has it in float32 alone: compared with the gradient of the same function of other operators.</summary>
public sealed class SoftplusGradientTests
{
    [Fact]
    public void It_is_the_gradient_of_the_logarithm()
    {
        var check = new GradientCheck(3, doublePrecision: false);
        GraphBuilder b = check.Builder;
        string x = check.Variable([40], -4, 4);
        check.Agrees(b.Op("Sub", b.Op("Softplus", x), b.Op("Log", b.Op("Add", b.Scalar(1), b.Op("Exp", x)))));
    }
}
