using Cim.Training.Tests.Differentiation;
using Xunit;

namespace Cim.Training.Tests.Operators.Arithmetic;

/// <summary>Of a constant exponent: dx = dy p x^(p - 1).</summary>
public sealed class PowGradientTests
{
    [Fact]
    public void Powers_with_a_constant_exponent()
    {
        var check = new GradientCheck(8, doublePrecision: true);
        string x = check.Variable([9], 0.5, 2);
        check.Agrees(check.Builder.Op("Pow", x, check.Builder.Scalar(2.5)));
    }
}
