using Cim.Onnx.Building;
using Cim.Training.Tests.Differentiation;
using Xunit;

namespace Cim.Training.Tests.Operators.Normalization;

/// <summary>Compared with the gradient of the same normalisation of other operators.</summary>
public sealed class InstanceNormalizationGradientTests
{
    [Fact]
    public void It_is_the_gradient_of_the_definition()
    {
        var check = new GradientCheck(19, doublePrecision: false);
        GraphBuilder b = check.Builder;
        string x = check.Variable([2, 3, 2, 3]), scale = check.Variable([3], 0.5, 1.5), bias = check.Variable([3]);
        string given = b.Op("InstanceNormalization", [x, scale, bias], Attributes.Float("epsilon", 0.01f));
        string centred = b.Op("Sub", x, Mean(b, x));
        string deviation = b.Op("Sqrt", b.Op("Add", Mean(b, b.Op("Mul", centred, centred)), b.Scalar(0.01)));
        string normalized = b.Op("Div", centred, deviation);
        string written = b.Op(
            "Add", b.Op("Mul", normalized, b.Op("Reshape", scale, b.Ints(3, 1, 1))), b.Op("Reshape", bias, b.Ints(3, 1, 1)));
        check.Agrees(b.Op("Sub", given, written));
    }

    private static string Mean(GraphBuilder b, string value) =>
        b.Op("ReduceMean", [value], Attributes.Ints("axes", [2, 3]), Attributes.Int("keepdims", 1));
}
