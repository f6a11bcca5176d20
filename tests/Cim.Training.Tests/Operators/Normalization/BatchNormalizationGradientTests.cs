using Cim.Training.Tests.Differentiation;
using Xunit;

namespace Cim.Training.Tests.Operators.Normalization;

/// <summary>With fixed statistics it is an affine map of every channel.</summary>
public sealed class BatchNormalizationGradientTests
{
    [Fact]
    public void Input_scale_and_bias_get_the_central_difference()
    {
        var check = new GradientCheck(5, doublePrecision: true);
        string x = check.Variable([2, 3, 2, 2]);
        string scale = check.Variable([3]);
        string bias = check.Variable([3]);
        string mean = check.Builder.Constant([0.1, -0.2, 0.3], [3]);
        string variance = check.Builder.Constant([0.5, 1, 2], [3]);
        check.Agrees(check.Builder.Op("BatchNormalization", x, scale, bias, mean, variance));
    }
}
