using Cim.Training.Tests.Differentiation;
using Xunit;

namespace Cim.Training.Tests.Operators.Windows;

/// <summary>dy spreads evenly over each plane.</summary>
public sealed class GlobalAveragePoolGradientTests
{
    [Fact]
    public void Every_element_of_a_plane_gets_an_equal_share()
    {
        var check = new GradientCheck(10, doublePrecision: false);
        check.Agrees(check.Builder.Op("GlobalAveragePool", check.Variable([2, 3, 4, 5])));
    }
}
