using Cim.Training.Tests.Differentiation;
using Xunit;

namespace Cim.Training.Tests.Operators.Activations;

/// <summary>dy passes where x lies inside the limits.</summary>
public sealed class ClipGradientTests
{
    [Fact]
    public void Gradients_pass_inside_the_limits()
    {
        var check = new GradientCheck(5, doublePrecision: true);
        string x = check.Variable([30], -2, 2);
        check.KeepAwayFrom(0.01, -0.5, 1.25);
        check.Agrees(check.Builder.Op("Clip", x, check.Builder.Scalar(-0.5), check.Builder.Scalar(1.25)));
    }
}
