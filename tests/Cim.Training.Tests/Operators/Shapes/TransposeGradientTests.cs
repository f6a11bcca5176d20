using Cim.Onnx.Building;
using Cim.Training.Tests.Differentiation;
using Xunit;

namespace Cim.Training.Tests.Operators.Shapes;

/// <summary>The inverse permutation.</summary>
public sealed class TransposeGradientTests
{
    [Fact]
    public void The_permutation_is_undone()
    {
        foreach (long[]? permutation in new long[]?[] { null, [2, 0, 1], [1, 2, 0] })
        {
            var check = new GradientCheck(2, doublePrecision: true);
            string x = check.Variable([2, 3, 4]);
            check.Agrees(permutation is null
                ? check.Builder.Op("Transpose", x)
                : check.Builder.Op("Transpose", [x], Attributes.Ints("perm", permutation)));
        }
    }
}
