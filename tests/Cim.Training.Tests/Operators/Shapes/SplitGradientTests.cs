using Cim.Onnx.Building;
using Cim.Onnx.Proto;
using Cim.Training.Tests.Differentiation;
using Xunit;

namespace Cim.Training.Tests.Operators.Shapes;

/// <summary>The parts side by side again.</summary>
public sealed class SplitGradientTests
{
    [Fact]
    public void Parts_that_nobody_uses_count_as_zero()
    {
        var check = new GradientCheck(3, doublePrecision: true);
        GraphBuilder builder = check.Builder;
        NodeProto split = builder.Node("Split", [check.Variable([2, 10]), builder.Ints(2, 5, 3)], 3);
        split.Attribute.Add(Attributes.Int("axis", 1));

        // The middle part is not used by the loss.
        check.Agrees(builder.Op("Mul", split.Output[0], split.Output[0]), split.Output[2]);
    }
}
