using Cim.Onnx.Building;
using Cim.Onnx.Proto;
using Cim.Training.Tests.Differentiation;
using Xunit;

namespace Cim.Training.Tests.Operators.Shapes;

/// <summary>Indices that repeat add up.</summary>
public sealed class GatherGradientTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-1)]
    public void Repeated_indices_add_up(int axis)
    {
        var check = new GradientCheck(6, doublePrecision: true);
        GraphBuilder builder = check.Builder;
        string x = check.Variable([4, 3, 5]);
        TensorProto indices = Tensors.Int64([0, 2, 2, -1], [2, 2]);
        indices.Name = "indices";
        check.Agrees(builder.Op("Gather", [x, builder.Initializer(indices)], Attributes.Int("axis", axis)));
    }

    [Fact]
    public void One_element_drops_the_axis()
    {
        var check = new GradientCheck(7, doublePrecision: true);
        string x = check.Variable([3, 4, 2]);
        check.Agrees(check.Builder.Op("Gather", [x, check.Builder.IntScalar(1)], Attributes.Int("axis", 1)));
    }
}
