using Cim.Runtime.Tensors;
using Cim.Runtime.Tests.Testing;
using static Cim.Runtime.Tests.Testing.Ops;

namespace Cim.Runtime.Tests.Operators.Spatial;

/// <summary>Regions of images, sampled at the centres of their bins.</summary>
public sealed class RoiAlignTests
{
    private static readonly Tensor _ramp = Floats([1, 1, 4, 4], [.. Enumerable.Range(0, 16).Select(i => (float)i)]);

    [Fact]
    public void A_bin_of_a_linear_image_is_the_value_at_its_centre()
    {
        // Bins of 1 x 1 from (1, 1): centres at (1.5, 1.5) in corner coordinates, pixel (1, 1) in those of centres.
        float[] whole = Run("RoiAlign", Attributes(("output_height", 2), ("output_width", 2)), _ramp, Floats([1, 4], 1, 1, 3, 3), Longs(0))
            .Floats();
        Assert.Equal([5f, 6f, 9f, 10f], whole);
        float[] half = Run(
            "RoiAlign", Attributes(("output_height", 1), ("output_width", 1), ("spatial_scale", 0.5f), ("sampling_ratio", 2)),
            _ramp, Floats([1, 4], 2, 2, 6, 6), Longs(0)).Floats();
        Assert.Equal([7.5f], half);
    }

    [Fact]
    public void Samples_outside_count_as_zero_and_indices_outside_are_an_error()
    {
        Assert.Equal([0f], Run("RoiAlign", _ramp, Floats([1, 4], 20, 20, 22, 22), Longs(0)).Floats());
        Refused("RoiAlign", null, _ramp, Floats([1, 4], 0, 0, 1, 1), Longs(1));
        Refused("RoiAlign", null, _ramp, Floats([1, 3], 0, 0, 1), Longs(0));
        Refused("RoiAlign", Attributes(("sampling_ratio", -1)), _ramp, Floats([1, 4], 0, 0, 1, 1), Longs(0));
    }
}
