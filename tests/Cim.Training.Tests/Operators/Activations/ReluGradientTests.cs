using Cim.Onnx.Building;
using Cim.Training.Tests.Differentiation;
using Cim.Training.Tests.Operators.Arithmetic;
using Xunit;

namespace Cim.Training.Tests.Operators.Activations;

/// <summary>dy passes where x is positive.</summary>
public sealed class ReluGradientTests
{
    [Fact]
    public void The_gradient_is_the_slope_on_either_side_of_zero() => ArithmeticCheck.AgreesAwayFromZero("Relu");

    [Fact]
    public void Nothing_passes_at_zero_itself()
    {
        var builder = new GraphBuilder("relu");
        string x = builder.Initializer(Tensors.Float("x", [-1, 0, 2], [3]));
        Assert.Equal([0, 0, 1], Evaluate.Gradient(builder, builder.Op("Relu", x), x));
    }
}
