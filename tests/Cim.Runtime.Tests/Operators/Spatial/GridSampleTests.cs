using Cim.Runtime.Tensors;
using Cim.Runtime.Tests.Testing;
using static Cim.Runtime.Tests.Testing.Ops;

namespace Cim.Runtime.Tests.Operators.Spatial;

/// <summary>Reading at places between elements.</summary>
public sealed class GridSampleTests
{
    private static readonly Tensor _x = Floats([1, 1, 2, 2], 0, 1, 2, 3);

    private static float At(string mode, string padding, int align, float x, float y) => Run("GridSample",
        Attributes(("mode", mode), ("padding_mode", padding), ("align_corners", align)), _x, Floats([1, 1, 1, 2], x, y)).Floats()[0];

    [Fact]
    public void The_middle_is_the_mean_and_corners_are_elements()
    {
        Assert.Equal(1.5f, At("linear", "zeros", 0, 0, 0), 1e-6f);
        Assert.Equal(3, At("linear", "zeros", 1, 1, 1), 1e-6f);
        Assert.Equal(1, At("nearest", "zeros", 0, 0.5f, -0.5f));
        Assert.Equal(2, At("cubic", "border", 1, -1, 1), 1e-6f);
    }

    [Fact]
    public void Outside_lie_zeros_the_border_or_a_mirror_image()
    {
        Assert.Equal(0.75f, At("linear", "zeros", 0, 1, 1), 1e-6f);
        Assert.Equal(3, At("linear", "border", 0, 1, 1), 1e-6f);
        Assert.Equal(3, At("linear", "reflection", 0, 1.5f, 1.5f), 1e-6f);
        Assert.Equal(0, At("nearest", "zeros", 0, -3, 0));
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        Refused("GridSample", null, _x, Floats([1, 1, 1, 3], 0, 0, 0));
        Refused("GridSample", Attributes(("mode", "lanczos")), _x, Floats([1, 1, 1, 2], 0, 0));
        Refused("GridSample", Attributes(("padding_mode", "wrap")), _x, Floats([1, 1, 1, 2], 0, 0));
    }
}
