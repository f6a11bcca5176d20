using Cim.Training.Tests.Differentiation;
using Xunit;

namespace Cim.Training.Tests.Operators.Arithmetic;

/// <summary>Max and Min, two operands and three, broadcast.</summary>
public sealed class ExtremeGradientTests
{
    [Theory]
    [InlineData("Max")]
    [InlineData("Min")]
    public void The_value_taken_has_the_whole_gradient(string type)
    {
        foreach ((long[] a, long[] b) in ((long[], long[])[])[([3, 4], [3, 4]), ([2, 3, 4], [4]), ([2, 1], [1, 3])])
        {
            var check = new GradientCheck(8, doublePrecision: true);
            string x = check.Variable(a), y = check.Variable(b, -0.95, 1.02, distinct: true), z = check.Variable([1], 0.013, 0.014);
            check.Agrees(check.Builder.Op(type, x, y), check.Builder.Op(type, x, y, z));
        }
    }

    [Fact]
    public void Equal_values_share_it()
    {
        var check = new GradientCheck(9, doublePrecision: true);
        string x = check.Variable([6]);
        // max(x, x) = x: whole again.
        check.Agrees(check.Builder.Op("Max", x, x));
    }
}
