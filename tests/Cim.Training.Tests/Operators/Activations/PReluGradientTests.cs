using Cim.Training.Tests.Differentiation;
using Xunit;

namespace Cim.Training.Tests.Operators.Activations;

/// <summary>Piecewise linear in x and linear in the slope.</summary>
public sealed class PReluGradientTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void It_matches_central_differences_in_both_operands(int slopes)
    {
        var check = new GradientCheck(7, doublePrecision: false);
        string slope = check.Variable([slopes], 0.1, 0.5), x = check.Variable([3, 4], -3, 3);
        check.KeepAwayFrom(0.3, 0);
        check.Agrees(check.Builder.Op("PRelu", x, slope));
    }
}
