using Cim.Onnx.Building;
using Cim.Training.Tests.Differentiation;
using Xunit;

namespace Cim.Training.Tests.Operators.Shapes;

/// <summary>Reshape, Flatten, Squeeze and Unsqueeze keep the order of the elements.</summary>
public sealed class ReshapeGradientTests
{
    [Fact]
    public void Elements_keep_their_order()
    {
        var check = new GradientCheck(1, doublePrecision: true);
        GraphBuilder builder = check.Builder;
        string x = check.Variable([2, 1, 3, 4]);
        string y = builder.Op("Reshape", x, builder.Ints(0, -1, 2));
        string z = builder.Op("Flatten", [y], Attributes.Int("axis", 2));
        string squeezed = builder.Op("Squeeze", x, builder.Ints(1));
        check.Agrees(builder.Op("Mul", z, z), builder.Op("Unsqueeze", squeezed, builder.Ints(0, 3)));
    }
}
