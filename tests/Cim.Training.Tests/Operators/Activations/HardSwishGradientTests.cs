using Cim.Training.Tests.Differentiation;
using Xunit;

namespace Cim.Training.Tests.Operators.Activations;

/// <summary>y = x (x + 3) / 6 inside -3 to 3.</summary>
public sealed class HardSwishGradientTests
{
    [Fact]
    public void It_matches_its_closed_form()
    {
        // y = x (x + 3) / 6 inside: quadratic, for which a central difference is exact at any step.
        var check = new GradientCheck(7, doublePrecision: false);
        string x = check.Variable([40], -6, 6);
        check.KeepAwayFrom(0.3, -3, 3);
        check.Agrees(check.Builder.Op("HardSwish", x));
    }
}
