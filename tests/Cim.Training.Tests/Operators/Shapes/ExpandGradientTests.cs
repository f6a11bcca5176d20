using Cim.Onnx.Building;
using Cim.Training.Tests.Differentiation;
using Xunit;

namespace Cim.Training.Tests.Operators.Shapes;

/// <summary>Summed over the new axes.</summary>
public sealed class ExpandGradientTests
{
    [Fact]
    public void Gradients_are_summed_over_new_axes()
    {
        var check = new GradientCheck(9, doublePrecision: true);
        check.Agrees(check.Builder.Op("Expand", check.Variable([3, 1]), check.Builder.Ints(2, 3, 4)));
    }
}
