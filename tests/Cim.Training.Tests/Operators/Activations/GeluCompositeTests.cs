using Cim.Onnx.Building;
using Cim.Onnx.Proto;
using Cim.Training.Networks;
using Cim.Training.Tests.Differentiation;
using Xunit;

namespace Cim.Training.Tests.Operators.Activations;

/// <summary>y = x Phi(x), and its approximation by tanh.</summary>
public sealed class GeluCompositeTests
{
    [Theory]
    [InlineData("none")]
    [InlineData("tanh")]
    public void The_slope_is_that_of_the_closed_form(string approximation)
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
