using Cim.Onnx.Building;
using Cim.Training.Tests.Differentiation;
using Xunit;

namespace Cim.Training.Tests.Operators.Windows;

/// <summary>Nearest and linear interpolation, up and down, in every way positions are matched.</summary>
public sealed class ResizeGradientTests
{
    [Theory]
    [InlineData("nearest", "asymmetric", 6, 4)]
    [InlineData("nearest", "half_pixel", 2, 5)]
    [InlineData("linear", "half_pixel", 6, 7)]
    [InlineData("linear", "align_corners", 5, 8)]
    [InlineData("linear", "pytorch_half_pixel", 2, 2)]
    public void It_matches_central_differences(string mode, string coordinates, int height, int width)
    {
        var check = new GradientCheck(17, doublePrecision: false);
        string x = check.Variable([2, 3, 3, 4]);
        check.Agrees(check.Builder.Op(
            "Resize",
            [x, "", "", check.Builder.Ints(2, 3, height, width)],
            Attributes.String("mode", mode),
            Attributes.String("coordinate_transformation_mode", coordinates)));
    }

    [Fact]
    public void Sizes_may_be_factors()
    {
        var check = new GradientCheck(18, doublePrecision: false);
        string x = check.Variable([1, 2, 3, 3]);
        check.Agrees(check.Builder.Op("Resize", [x, "", check.Builder.Constant([1, 1, 2, 2], [4])], Attributes.String("mode", "nearest")));
    }
}
