using Cim.Training.Tests.Differentiation;
using Xunit;

namespace Cim.Training.Tests.Operators.Arithmetic;

/// <summary>Either side of a choice, broadcast.</summary>
public sealed class WhereGradientTests
{
    [Fact]
    public void The_side_chosen_has_the_gradient()
    {
        foreach ((long[] a, long[] b) in ((long[], long[])[])[([3, 4], [3, 4]), ([4], [3, 4]), ([3, 1], [])])
        {
            var check = new GradientCheck(10, doublePrecision: true);
            string condition = check.Builder.Op(
                "Greater", check.Builder.Constant([1, -1, 2, -2, 3, -3, -4, 4, -5, 5, 6, -6], [3, 4]), check.Builder.Scalar(0));
            check.Agrees(check.Builder.Op("Where", condition, check.Variable(a), check.Variable(b)));
        }
    }
}
