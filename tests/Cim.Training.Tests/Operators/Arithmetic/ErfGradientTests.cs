using Cim.Onnx.Building;
using Cim.Training.Tests.Differentiation;
using Xunit;

namespace Cim.Training.Tests.Operators.Arithmetic;

/// <summary>The bell 2 / sqrt(pi) exp(-x^2).</summary>
public sealed class ErfGradientTests
{
    [Fact]
    public void The_slope_is_the_bell()
    {
        var builder = new GraphBuilder("erf");
        string x = builder.Initializer(Tensors.Float("x", [-1, 0, 0.5f], [3]));
        float[] slopes = Evaluate.Gradient(builder, builder.Op("Erf", x), x);
        double[] expected = [.. new[] { -1, 0, 0.5 }.Select(p => 2 / Math.Sqrt(Math.PI) * Math.Exp(-p * p))];
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], slopes[i], 1e-6);
    }
}
