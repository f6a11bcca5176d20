using Cim.Onnx.Building;
using Cim.Onnx.Proto;
using Cim.Training.Networks;
using Xunit;

namespace Cim.Training.Tests.Differentiation;

public sealed class ElementwiseGradients
{
    [Theory]
    [InlineData("Add")]
    [InlineData("Sub")]
    [InlineData("Mul")]
    [InlineData("Div")]
    public void Binary_operators_sum_gradients_over_broadcast_axes(string operatorType)
    {
        (long[] A, long[] B)[] shapes = [
            ([3, 4], [3, 4]), ([2, 3, 4], [4]), ([4], [2, 3, 4]), ([2, 1, 4], [1, 3, 1]), ([2, 3], []), ([], [2, 3])];
        foreach ((long[] a, long[] b) in shapes)
        {
            var check = new GradientCheck(1, doublePrecision: true);
            string left = check.Variable(a);
            string right = check.Variable(b, 0.5, 2);
            check.Agrees(check.Builder.Op(operatorType, left, right));
        }
    }

    [Fact]
    public void One_value_used_twice_gets_both_gradients()
    {
        var check = new GradientCheck(2, doublePrecision: true);
        string x = check.Variable([5]);
        check.Agrees(check.Builder.Op("Mul", x, check.Builder.Op("Add", x, x)));
    }

    [Theory]
    [InlineData("Neg", -2, 2)]
    [InlineData("Exp", -2, 2)]
    [InlineData("Log", 0.5, 3)]
    [InlineData("Sqrt", 0.5, 3)]
    [InlineData("Erf", -2, 2)]
    [InlineData("Sigmoid", -4, 4)]
    [InlineData("Tanh", -3, 3)]
    public void Smooth_functions(string operatorType, double low, double high)
    {
        var check = new GradientCheck(3, doublePrecision: operatorType != "Erf");
        string x = check.Variable([3, 7], low, high);
        if (operatorType == "Erf")
        {
            // float32 only: checked through Gelu below, here against the closed form at three points.
            ErfSlopeIsTheBell();
            return;
        }

        check.Agrees(check.Builder.Op(operatorType, x));
    }

    [Theory]
    [InlineData("Relu")]
    [InlineData("LeakyRelu")]
    [InlineData("Abs")]
    public void Functions_with_a_kink_at_zero(string operatorType)
    {
        var check = new GradientCheck(4, doublePrecision: operatorType != "LeakyRelu");
        string x = check.Variable([4, 6], -2, 2);
        check.KeepAwayFrom(0.3, 0);
        check.Agrees(operatorType == "LeakyRelu"
            ? check.Builder.Op(operatorType, [x], Attributes.Float("alpha", 0.3f))
            : check.Builder.Op(operatorType, x));
    }

    [Fact]
    public void Clip_passes_gradients_inside_its_limits()
    {
        var check = new GradientCheck(5, doublePrecision: true);
        string x = check.Variable([30], -2, 2);
        check.KeepAwayFrom(0.01, -0.5, 1.25);
        check.Agrees(check.Builder.Op("Clip", x, check.Builder.Scalar(-0.5), check.Builder.Scalar(1.25)));
    }

    [Fact]
    public void HardSigmoid_is_linear_inside()
    {
        var check = new GradientCheck(6, doublePrecision: false);
        string x = check.Variable([40], -6, 6);
        check.KeepAwayFrom(0.3, -2.5, 2.5);
        check.Agrees(check.Builder.Op("HardSigmoid", x));
    }

    [Fact]
    public void HardSwish_matches_its_closed_form()
    {
        // y = x (x + 3) / 6 inside: quadratic, for which a central difference is exact at any step.
        var check = new GradientCheck(7, doublePrecision: false);
        string x = check.Variable([40], -6, 6);
        check.KeepAwayFrom(0.3, -3, 3);
        check.Agrees(check.Builder.Op("HardSwish", x));
    }

    [Fact]
    public void Pow_with_a_constant_exponent()
    {
        var check = new GradientCheck(8, doublePrecision: true);
        string x = check.Variable([9], 0.5, 2);
        check.Agrees(check.Builder.Op("Pow", x, check.Builder.Scalar(2.5)));
    }

    [Theory]
    [InlineData("none")]
    [InlineData("tanh")]
    public void Gelu(string approximation)
    {
        // Erf exists in float32 only, so the comparison is with the derivative in closed form, not with differences.
        var builder = new GraphBuilder("gelu");
        double[] points = [-3, -1.5, -0.4, 0, 0.3, 1, 2.5];
        string x = builder.Initializer(Tensors.Float("x", Array.ConvertAll(points, p => (float)p), [points.Length]));
        NodeProto node = builder.Node("Gelu", [x], domain: TrainingDomain.Name);
        node.Attribute.Add(Attributes.String("approximate", approximation));
        float[] slopes = Evaluate.Gradient(builder, node.Output[0], x);
        for (int i = 0; i < points.Length; i++)
            Assert.Equal(GeluSlope(points[i], approximation), slopes[i], 4e-6);
    }

    [Theory]
    [InlineData("Softmax", 0)]
    [InlineData("Softmax", 1)]
    [InlineData("Softmax", -1)]
    [InlineData("LogSoftmax", 1)]
    [InlineData("LogSoftmax", -1)]
    public void Softmax_along_any_axis(string operatorType, int axis)
    {
        var check = new GradientCheck(9, doublePrecision: true);
        string x = check.Variable([3, 4, 5], -2, 2);
        check.Agrees(check.Builder.Op(operatorType, [x], Attributes.Int("axis", axis)));
    }

    private static void ErfSlopeIsTheBell()
    {
        var builder = new GraphBuilder("erf");
        string x = builder.Initializer(Tensors.Float("x", [-1, 0, 0.5f], [3]));
        float[] slopes = Evaluate.Gradient(builder, builder.Op("Erf", x), x);
        double[] expected = [.. new[] { -1, 0, 0.5 }.Select(p => 2 / Math.Sqrt(Math.PI) * Math.Exp(-p * p))];
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], slopes[i], 1e-6);
    }

    private static double GeluSlope(double x, string approximation)
    {
        const double H = 1e-6;
        double Value(double p) => approximation == "tanh"
            ? 0.5 * p * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (p + (0.044715 * p * p * p))))
            : p * NormalCdf(p);
        return (Value(x + H) - Value(x - H)) / (2 * H);
    }

    /// <summary>The series Phi(x) = 1/2 + phi(x) (x + x^3/3 + x^5/15 + ...), exact to rounding for |x| &lt; 6.</summary>
    private static double NormalCdf(double x)
    {
        double term = x;
        double sum = x;
        for (int k = 3; k < 200; k += 2)
        {
            term *= x * x / k;
            sum += term;
        }

        return 0.5 + (sum * Math.Exp(-0.5 * x * x) / Math.Sqrt(2 * Math.PI));
    }
}
