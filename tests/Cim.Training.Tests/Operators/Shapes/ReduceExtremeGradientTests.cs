using Cim.Onnx.Building;
using Cim.Training.Tests.Differentiation;
using Xunit;

namespace Cim.Training.Tests.Operators.Shapes;

/// <summary>The largest and smallest values over axes, and over all positions.</summary>
public sealed class ReduceExtremeGradientTests
{
    [Theory]
    [InlineData("ReduceMax", 1, 1)]
    [InlineData("ReduceMax", 0, 0)]
    [InlineData("ReduceMin", -1, 0)]
    public void The_value_taken_has_the_whole_gradient(string type, int axis, int keep)
    {
        var check = new GradientCheck(11, doublePrecision: true);
        string x = check.Variable([3, 4, 2], distinct: true);
        check.Agrees(check.Builder.Op(type, [x], Attributes.Ints("axes", [axis]), Attributes.Int("keepdims", keep)));
    }

    [Fact]
    public void The_largest_position_of_each_channel_has_it()
    {
        var check = new GradientCheck(12, doublePrecision: false);
        string x = check.Variable([2, 3, 2, 2], -12, 12, distinct: true);
        check.Agrees(check.Builder.Op("GlobalMaxPool", x));
    }
}
