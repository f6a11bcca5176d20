using Cim.Onnx.Building;
using Cim.Training.Tests.Differentiation;
using Xunit;

namespace Cim.Training.Tests.Operators.Shapes;

/// <summary>dy spread over the axes.</summary>
public sealed class ReduceSumGradientTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Some_axes_or_all_kept_or_not(int keepDims)
    {
        var check = new GradientCheck(8, doublePrecision: true);
        GraphBuilder builder = check.Builder;
        string x = check.Variable([2, 3, 4]);
        string some = builder.Op("ReduceSum", [x, builder.Ints(0, -1)], Attributes.Int("keepdims", keepDims));
        string all = builder.Op("ReduceSum", [x], Attributes.Int("keepdims", keepDims));
        check.Agrees(builder.Op("Mul", some, some), builder.Op("Mul", all, all));
    }
}
