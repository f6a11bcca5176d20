using Cim.Onnx.Building;
using Cim.Training.Tests.Differentiation;
using Xunit;

namespace Cim.Training.Tests.Operators.Shapes;

/// <summary>dx = dy.</summary>
public sealed class IdentityGradientTests
{
    [Theory]
    [InlineData("Identity")]
    [InlineData("Dropout")]
    public void The_gradient_passes_on(string operatorType)
    {
        var check = new GradientCheck(1, doublePrecision: true);
        string x = check.Variable([2, 3]);
        string y = check.Builder.Op(operatorType, x);
        check.Agrees(check.Builder.Op("Mul", y, y));
    }

    [Fact]
    public void A_cast_between_real_types_passes_it_on_too()
    {
        var builder = new GraphBuilder("cast");
        string x = builder.Initializer(Tensors.Float("x", [-1, 2], [2]));
        string cast = builder.Op("Cast", [x], Attributes.Int("to", (long)builder.FloatType));
        Assert.Equal([-2, 4], Evaluate.Gradient(builder, builder.Op("Mul", cast, cast), x));
    }
}
