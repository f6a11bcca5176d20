using Cim.Training.Tests.Differentiation;
using Xunit;

namespace Cim.Training.Tests.Operators.Activations;

/// <summary>dy alpha where the line is not cut off.</summary>
public sealed class HardSigmoidGradientTests
{
    [Fact]
    public void It_is_linear_inside()
    {
        var check = new GradientCheck(6, doublePrecision: false);
        string x = check.Variable([40], -6, 6);
        check.KeepAwayFrom(0.3, -2.5, 2.5);
        check.Agrees(check.Builder.Op("HardSigmoid", x));
    }
}
