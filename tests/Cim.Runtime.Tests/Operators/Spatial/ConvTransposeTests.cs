using Cim.Runtime.Tensors;
using Cim.Runtime.Tests.Testing;
using static Cim.Runtime.Tests.Testing.Ops;

namespace Cim.Runtime.Tests.Operators.Spatial;

/// <summary>Transposed convolutions of any rank, grouped, strided, dilated and padded.</summary>
public sealed class ConvTransposeTests
{
    /// <summary>The transpose of a linear map A: the inner product of y with A x is that of A^T y with x.</summary>
    [Fact]
    public void It_is_the_transpose_of_the_convolution_with_the_same_weights()
    {
        var random = new Random(1);
        for (int i = 0; i < 60; i++)
        {
            int rank = random.Next(1, 4), groups = random.Next(1, 4), perGroup = random.Next(1, 4), outputs = groups * random.Next(1, 5);
            int[] kernel = Windows.Each(rank, () => random.Next(1, 4)),
                stride = Windows.Each(rank, () => random.Next(1, 4)),
                dilation = Windows.Each(rank, () => random.Next(1, 3));
            int[] pads = Windows.Each(2 * rank, () => random.Next(0, 2));
            // Positions that the last window of the convolution does not reach are padding of the transposed output.
            int[] rest = [.. Enumerable.Range(0, rank).Select(d => random.Next(0, stride[d]))];
            int[] size = [.. Enumerable.Range(0, rank)
                .Select(d => ((kernel[d] - 1) * dilation[d]) + 1 + (stride[d] * random.Next(1, 5)) + rest[d] - pads[d] - pads[d + rank])];
            if (size.Any(s => s < 1)) continue;
            var attributes = Attributes(("group", groups), ("strides", stride), ("dilations", dilation), ("pads", pads));
            Tensor x = Random(random, [2, groups * perGroup, .. size]), w = Random(random, [outputs, perGroup, .. kernel]);
            Tensor image = Run("Conv", attributes, x, w), y = Random(random, image.Dims());
            Tensor back = Run("ConvTranspose", attributes.With("output_padding", [.. rest.Select(r => (long)r)]), y, w);
            Assert.Equal(x.Dims(), back.Dims());
            double left = image.Floats().Zip(y.Floats(), (a, b) => (double)a * b).Sum();
            double right = x.Floats().Zip(back.Floats(), (a, b) => (double)a * b).Sum();
            double size2 = image.Floats().Zip(y.Floats(), (a, b) => Math.Abs((double)a * b)).Sum();
            Assert.Equal(left, right, 1e-5 * Math.Max(1, size2));
        }
    }

    [Fact]
    public void A_bias_is_added_everywhere_even_where_nothing_reaches()
    {
        Tensor y = Run("ConvTranspose", Attributes(("strides", new[] { 3 })), Floats([1, 1, 2], 1, 2), Floats([1, 1, 1], 10),
            Floats([1], 0.5f));
        Assert.Equal([10.5f, 0.5f, 0.5f, 20.5f], y.Floats());
    }

    [Theory]
    [InlineData("SAME_UPPER", 6)]
    [InlineData("SAME_LOWER", 6)]
    [InlineData("VALID", 7)]
    public void Automatic_padding_gives_the_size_its_name_says(string mode, int expected)
    {
        var attributes = Attributes(("auto_pad", mode), ("strides", new[] { 2 }));
        Assert.Equal(expected, Run("ConvTranspose", attributes, Ramp(1, 1, 3), Ramp(1, 1, 3)).Length);
    }

    [Fact]
    public void A_wanted_size_is_that_of_the_output()
    {
        var attributes = Attributes(("output_shape", new[] { 8 }), ("strides", new[] { 2 }));
        Assert.Equal(8, Run("ConvTranspose", attributes, Ramp(1, 1, 4), Ramp(1, 1, 3)).Length);
    }

    [Fact]
    public void Inputs_and_attributes_that_do_not_fit_are_errors()
    {
        Refused("ConvTranspose", null, Ramp(1, 2, 4), Ramp(3, 1, 3));
        Refused("ConvTranspose", Attributes(("group", 0)), Ramp(1, 1, 4), Ramp(1, 1, 3));
        Refused("ConvTranspose", Attributes(("strides", new[] { 0 })), Ramp(1, 1, 4), Ramp(1, 1, 3));
        Refused("ConvTranspose", Attributes(("pads", new[] { -1, 0 })), Ramp(1, 1, 4), Ramp(1, 1, 3));
        Refused("ConvTranspose", Attributes(("pads", new[] { 4, 4 })), Ramp(1, 1, 4), Ramp(1, 1, 3));
        Refused("ConvTranspose", Attributes(("auto_pad", "MOST")), Ramp(1, 1, 4), Ramp(1, 1, 3));
        Refused("ConvTranspose", Attributes(("output_shape", new[] { 1, 2, 3, 4 })), Ramp(1, 1, 4), Ramp(1, 1, 3));
    }
}
