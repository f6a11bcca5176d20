using Cim.Onnx.Building;
using Cim.Training.Tests.Differentiation;
using Xunit;

namespace Cim.Training.Tests.Operators.Shapes;

/// <summary>Every input gets its own part.</summary>
public sealed class ConcatGradientTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Every_input_gets_its_part(int axis)
    {
        var check = new GradientCheck(3, doublePrecision: true);
        GraphBuilder builder = check.Builder;
        string a = check.Variable([2, 3]);
        string b = check.Variable(axis == 0 ? [4, 3] : [2, 4]);
        string joined = builder.Op("Concat", [a, b, a], Attributes.Int("axis", axis));
        check.Agrees(builder.Op("Mul", joined, joined));
    }
}
