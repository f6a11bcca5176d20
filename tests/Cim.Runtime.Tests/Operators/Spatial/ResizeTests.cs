using Cim.Runtime.Tensors;
using Cim.Runtime.Tests.Testing;
using static Cim.Runtime.Tests.Testing.Ops;

namespace Cim.Runtime.Tests.Operators.Spatial;

public sealed class ResizeTests
{
    [Fact]
    public void Whole_factors_with_nearest_repeat_elements()
    {
        var attributes = Attributes(("coordinate_transformation_mode", "asymmetric"), ("nearest_mode", "floor"));
        Assert.Equal([0f, 0f, 1f, 1f, 0f, 0f, 1f, 1f, 2f, 2f, 3f, 3f, 2f, 2f, 3f, 3f],
            Run("Resize", attributes, Ramp(1, 1, 2, 2), null, Floats([4], 1, 1, 2, 2)).Floats());
        byte[] bytes = Run("Resize", attributes, Tensor.Create<byte>(new Shape(2), [7, 9]), null, null, Longs(4)).Data.ToArray();
        Assert.Equal(new byte[] { 7, 7, 9, 9 }, bytes);
    }

    [Theory]
    [InlineData("linear", "half_pixel")]
    [InlineData("linear", "align_corners")]
    [InlineData("linear", "asymmetric")]
    [InlineData("linear", "pytorch_half_pixel")]
    [InlineData("linear", "half_pixel_symmetric")]
    [InlineData("cubic", "half_pixel")]
    [InlineData("cubic", "align_corners")]
    public void Interpolation_reproduces_a_plane_away_from_the_borders(string mode, string coordinates)
    {
        // Linear interpolation is exact for functions that are linear in the coordinates, and so is cubic with coefficient -0.5.
        const int Size = 12, Target = 30;
        float[] plane = [.. Indices(Size, Size).Select(i => (3f * i[0]) - (2f * i[1]))];
        Tensor y = Run("Resize", Attributes(("mode", mode), ("coordinate_transformation_mode", coordinates), ("cubic_coeff_a", -0.5f)),
            Floats([Size, Size], plane), null, null, Longs(Target, Target));
        foreach (int[] o in Indices(Target, Target))
        {
            double[] x = [.. o.Select(v => Coordinate(coordinates, v, Size, Target))];
            if (x.Any(v => v < 1 || v > Size - 2)) continue;
            Assert.Equal((3 * x[0]) - (2 * x[1]), y.At(o), 1e-4);
        }
    }

    private static double Coordinate(string mode, int o, double size, double target) => mode switch
    {
        "align_corners" => o * (size - 1) / (target - 1),
        "asymmetric" => o * size / target,
        _ => ((o + 0.5) * size / target) - 0.5,
    };

    [Theory]
    [InlineData("round_prefer_floor", new float[] { 0, 0, 1, 1, 2, 2 })]
    [InlineData("floor", new float[] { 0, 0, 0, 1, 1, 2 })]
    [InlineData("ceil", new float[] { 0, 1, 1, 2, 2, 2 })]
    public void Nearest_modes_round_as_they_say(string nearest, float[] expected) =>
        Assert.Equal(expected, Run("Resize", Attributes(("nearest_mode", nearest)), Ramp(3), null, Floats([1], 2)).Floats());

    [Fact]
    public void Cropping_takes_the_extrapolation_value_outside()
    {
        var attributes = Attributes(
            ("mode", "linear"), ("coordinate_transformation_mode", "tf_crop_and_resize"), ("extrapolation_value", 9f));
        Assert.Equal([1f, 2f, 9f], Run("Resize", attributes, Ramp(3), Floats([2], 0.5f, 1.5f), null, Longs(3)).Floats());
        Refused("Resize", attributes, Ramp(3), null, null, Longs(3));
    }

    [Fact]
    public void Aspect_ratio_policies_choose_one_scale_for_all_axes()
    {
        Tensor x = Ramp(4, 2);
        Assert.Equal([6, 3], Run("Resize", Attributes(("keep_aspect_ratio_policy", "not_larger")), x, null, null, Longs(6, 6)).Dims());
        Assert.Equal([12, 6], Run("Resize", Attributes(("keep_aspect_ratio_policy", "not_smaller")), x, null, null, Longs(6, 6)).Dims());
    }

    [Fact]
    public void Impossible_scales_are_errors()
    {
        Refused("Resize", null, Ramp(3), null, Floats([1], -1));
        Refused("Resize", null, Ramp(3), null, Floats([1], float.NaN));
        Refused("Resize", null, Ramp(3), null, Floats([2], 1, 1));
        Refused("Resize", null, Ramp(3), null, Floats([1], 1e9f));
        Refused("Resize", Attributes(("antialias", 1)), Ramp(3), null, Floats([1], 0.5f));
    }
}
