using Cim.Onnx.Building;
using Cim.Training.Tests.Differentiation;
using Xunit;

namespace Cim.Training.Tests.Operators.Shapes;

/// <summary>What was added is cut, what was cut gets nothing.</summary>
public sealed class PadGradientTests
{
    [Fact]
    public void Positive_and_negative_pads()
    {
        var check = new GradientCheck(5, doublePrecision: true);
        string x = check.Variable([3, 4]);
        check.Agrees(check.Builder.Op("Pad", x, check.Builder.Ints(1, -1, 0, 2)));
    }
}
