using Cim.Onnx.Building;
using Cim.Training.Tests.Differentiation;
using Xunit;

namespace Cim.Training.Tests.Operators.Shapes;

/// <summary>Sums of squares and their roots.</summary>
public sealed class ReduceSquaresGradientTests
{
    [Theory]
    [InlineData("ReduceSumSquare", 1)]
    [InlineData("ReduceSumSquare", 0)]
    [InlineData("ReduceL2", 1)]
    [InlineData("ReduceL2", 0)]
    public void They_match_central_differences(string type, int keep)
    {
        var check = new GradientCheck(13, doublePrecision: true);
        string x = check.Variable([3, 4, 2], 0.2, 1);
        check.Agrees(check.Builder.Op(type, [x], Attributes.Ints("axes", [1, 2]), Attributes.Int("keepdims", keep)));
    }
}
