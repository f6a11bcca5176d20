using Cim.Onnx.Building;
using Cim.Training.Tests.Differentiation;
using Xunit;

namespace Cim.Training.Tests.Operators.Activations;

/// <summary>dy where x is positive, alpha dy elsewhere.</summary>
public sealed class LeakyReluGradientTests
{
    [Fact]
    public void The_gradient_is_the_slope_on_either_side_of_zero()
    {
        var check = new GradientCheck(4, doublePrecision: false);
        string x = check.Variable([4, 6], -2, 2);
        check.KeepAwayFrom(0.3, 0);
        check.Agrees(check.Builder.Op("LeakyRelu", [x], Attributes.Float("alpha", 0.3f)));
    }

    [Fact]
    public void The_slope_is_a_hundredth_where_none_is_named()
    {
        var builder = new GraphBuilder("leaky");
        string x = builder.Initializer(Tensors.Float("x", [-1, 2], [2]));
        Assert.Equal([0.01f, 1], Evaluate.Gradient(builder, builder.Op("LeakyRelu", x), x));
    }
}
