using Cim.Onnx.Building;
using Cim.Training.Tests.Differentiation;
using Xunit;

namespace Cim.Training.Tests.Operators.Normalization;

/// <summary>Over the axes from the named one on.</summary>
public sealed class LayerNormalizationGradientTests
{
    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public void Input_scale_and_bias_get_the_central_difference(int axis)
    {
        var check = new GradientCheck(7, doublePrecision: true);
        long[] dims = [2, 3, 4];
        string x = check.Variable(dims);
        string scale = check.Variable(axis == -1 ? [4] : [3, 4]);
        string bias = check.Variable(axis == -1 ? [4] : [3, 4]);
        check.Agrees(check.Builder.Op("LayerNormalization", [x, scale, bias], Attributes.Int("axis", axis)));
    }
}
