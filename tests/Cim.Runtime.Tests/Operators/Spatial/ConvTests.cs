using Cim.Runtime.Tensors;
using Cim.Runtime.Tests.Testing;
using static Cim.Runtime.Tests.Testing.Ops;

namespace Cim.Runtime.Tests.Operators.Spatial;

/// <summary>Convolutions of any rank, grouped, strided, dilated and padded.</summary>
public sealed class ConvTests
{
    [Fact]
    public void Results_equal_the_definition_over_random_geometries()
    {
        var random = new Random(1);
        for (int i = 0; i < 60; i++)
        {
            int rank = random.Next(1, 4), groups = random.Next(1, 4), perGroup = random.Next(1, 4), outputs = groups * random.Next(1, 6);
            int[] kernel = Windows.Each(rank, () => random.Next(1, 4)),
                stride = Windows.Each(rank, () => random.Next(1, 4)),
                dilation = Windows.Each(rank, () => random.Next(1, 3));
            int[] pads = Windows.Each(2 * rank, () => random.Next(0, 3));
            int[] size = [.. Enumerable.Range(0, rank)
                .Select(d => ((kernel[d] - 1) * dilation[d]) + 1 + random.Next(0, rank switch { 1 => 40, 2 => 9, _ => 4 }))];
            Tensor x = Random(random, [random.Next(1, 3), groups * perGroup, .. size]),
                w = Random(random, [outputs, perGroup, .. kernel]),
                b = Random(random, outputs);
            Tensor y = Run("Conv", Attributes(("group", groups), ("strides", stride), ("dilations", dilation), ("pads", pads)), x, w, b);
            float[] expected = [.. Indices(y.Dims()).Select(at => (float)(b.Floats()[at[1]]
                + Windows.Of(x, at, kernel, stride, dilation, pads).Sum(p => Enumerable.Range(0, perGroup).Sum(c =>
                {
                    int group = at[1] / (outputs / groups);
                    return (double)x.At([at[0], (group * perGroup) + c, .. p.Input]) * w.At([at[1], c, .. p.Kernel]);
                }))))];
            // Up to 81 products of up to 16, rounded 2^-24 each time.
            AssertClose(expected, y.Floats(), 81 * 16 * 6e-8);
            for (int d = 0; d < rank; d++)
                Assert.Equal(((size[d] + pads[d] + pads[d + rank] - ((kernel[d] - 1) * dilation[d]) - 1) / stride[d]) + 1, y.Shape[2 + d]);
        }
    }

    [Theory]
    [InlineData("SAME_UPPER", 5, 3, 2, 3)]
    [InlineData("SAME_LOWER", 6, 3, 2, 3)]
    [InlineData("VALID", 6, 3, 2, 2)]
    public void Automatic_padding_gives_the_size_its_name_says(string mode, int size, int kernel, int stride, int expected)
    {
        var attributes = Attributes(("auto_pad", mode), ("kernel_shape", new[] { kernel }), ("strides", new[] { stride }));
        Assert.Equal(expected, Run("Conv", attributes, Ramp(1, 1, size), Ramp(1, 1, kernel)).Length);
    }

    [Fact]
    public void An_odd_automatic_pad_goes_to_the_side_its_name_says()
    {
        Tensor x = Floats([1, 1, 4], 1, 2, 3, 4), w = Floats([1, 1, 2], 1, 0);
        Assert.Equal([1f, 2f, 3f, 4f], Run("Conv", Attributes(("auto_pad", "SAME_UPPER")), x, w).Floats());
        Assert.Equal([0f, 1f, 2f, 3f], Run("Conv", Attributes(("auto_pad", "SAME_LOWER")), x, w).Floats());
    }

    [Fact]
    public void Windows_that_do_not_fit_are_errors()
    {
        Refused("Conv", null, Ramp(1, 1, 2), Ramp(1, 1, 3));
        Refused("Conv", null, Ramp(1, 2, 4), Ramp(1, 1, 3));
        Refused("Conv", Attributes(("group", 0)), Ramp(1, 1, 4), Ramp(1, 1, 3));
        Refused("Conv", Attributes(("strides", new[] { 0 })), Ramp(1, 1, 4), Ramp(1, 1, 3));
        Refused("Conv", Attributes(("pads", new[] { -1, 0 })), Ramp(1, 1, 4), Ramp(1, 1, 3));
        Refused("Conv", Attributes(("auto_pad", "MOST")), Ramp(1, 1, 4), Ramp(1, 1, 3));
        Refused("Conv", Attributes(("pads", new[] { 0, int.MaxValue })), Ramp(1, 1, 4), Ramp(1, 1, 3));
    }
}
