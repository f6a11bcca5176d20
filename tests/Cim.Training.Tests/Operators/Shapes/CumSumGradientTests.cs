using Cim.Onnx.Building;
using Cim.Training.Tests.Differentiation;
using Xunit;

namespace Cim.Training.Tests.Operators.Shapes;

/// <summary>Running sums from either end, with and without the element itself.</summary>
public sealed class CumSumGradientTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    public void They_match_central_differences(int exclusive, int reverse)
    {
        var check = new GradientCheck(16, doublePrecision: true);
        string x = check.Variable([3, 5]);
        check.Agrees(check.Builder.Op(
            "CumSum", [x, check.Builder.IntScalar(1)], Attributes.Int("exclusive", exclusive), Attributes.Int("reverse", reverse)));
    }
}
