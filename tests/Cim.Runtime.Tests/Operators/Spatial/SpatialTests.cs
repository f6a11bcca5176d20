using Cim.Runtime.Tensors;
using Cim.Runtime.Tests.Testing;
using static Cim.Runtime.Tests.Testing.Ops;

namespace Cim.Runtime.Tests.Operators.Spatial;

public sealed class SpatialTests
{
    [Fact]
    public void Convolutions_equal_the_definition_over_random_geometries()
    {
        var random = new Random(1);
        for (int i = 0; i < 60; i++)
        {
            int rank = random.Next(1, 4), groups = random.Next(1, 4), perGroup = random.Next(1, 4), outputs = groups * random.Next(1, 6);
            int[] kernel = Each(rank, () => random.Next(1, 4)),
                stride = Each(rank, () => random.Next(1, 4)),
                dilation = Each(rank, () => random.Next(1, 3));
            int[] pads = Each(2 * rank, () => random.Next(0, 3));
            int[] size = [.. Enumerable.Range(0, rank)
                .Select(d => ((kernel[d] - 1) * dilation[d]) + 1 + random.Next(0, rank switch { 1 => 40, 2 => 9, _ => 4 }))];
            Tensor x = Random(random, [random.Next(1, 3), groups * perGroup, .. size]),
                w = Random(random, [outputs, perGroup, .. kernel]),
                b = Random(random, outputs);
            Tensor y = Run("Conv", Attributes(("group", groups), ("strides", stride), ("dilations", dilation), ("pads", pads)), x, w, b);
            float[] expected = [.. Indices(y.Dims()).Select(at => (float)(b.Floats()[at[1]] + Patch(x, at, kernel, stride, dilation, pads)
                .Sum(p => Enumerable.Range(0, perGroup).Sum(c =>
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

    [Fact]
    public void Pools_equal_the_definition_over_random_geometries()
    {
        var random = new Random(2);
        for (int i = 0; i < 120; i++)
        {
            int rank = random.Next(1, 4), ceil = random.Next(2), include = random.Next(2);
            int[] kernel = Each(rank, () => random.Next(1, 4)),
                stride = Each(rank, () => random.Next(1, 4)),
                dilation = Each(rank, () => random.Next(1, 3));
            int[] pads = [.. Enumerable.Range(0, 2 * rank).Select(d => random.Next(0, ((kernel[d % rank] - 1) / 2) + 1))];
            int[] size = [.. Enumerable.Range(0, rank)
                .Select(d => ((kernel[d] - 1) * dilation[d]) + 1 + random.Next(0, rank switch { 1 => 60, 2 => 12, _ => 4 }))];
            Tensor x = Random(random, [2, 3, .. size]);
            var attributes = Attributes(("kernel_shape", kernel), ("strides", stride), ("dilations", dilation), ("pads", pads),
                ("ceil_mode", ceil), ("count_include_pad", include));
            Tensor max = Run("MaxPool", attributes, x), mean = Run("AveragePool", attributes, x);
            Assert.Equal([.. Indices(max.Dims())
                .Select(at => Patch(x, at, kernel, stride, dilation, pads).Max(p => x.At([at[0], at[1], .. p.Input])))], max.Floats());
            AssertClose([.. Indices(mean.Dims()).Select(at =>
            {
                var patch = Patch(x, at, kernel, stride, dilation, pads);
                double count = include == 0 ? patch.Count : Padded(at, size, kernel, stride, dilation, pads);
                return (float)(patch.Sum(p => (double)x.At([at[0], at[1], .. p.Input])) / count);
            })], mean.Floats());
            for (int d = 0; d < rank; d++)
            {
                int span = size[d] + pads[d] + pads[d + rank] - ((kernel[d] - 1) * dilation[d]) - 1;
                int expected = ((ceil == 1 ? span + stride[d] - 1 : span) / stride[d]) + 1;
                if (ceil == 1 && (expected - 1) * stride[d] >= size[d] + pads[d]) expected--;
                Assert.Equal(expected, max.Shape[2 + d]);
            }
        }
    }

    [Fact]
    public void MaxPool_of_quantized_values_equals_the_pool_of_their_reals()
    {
        var random = new Random(3);
        for (int i = 0; i < 50; i++)
        {
            int[] shape = [2, 3, random.Next(3, 30), random.Next(3, 70)];
            byte[] q = new byte[shape.Aggregate(1, (a, b) => a * b)];
            random.NextBytes(q);
            int kernel = random.Next(1, 4), pad = random.Next(0, kernel);
            var attributes = Attributes(("kernel_shape", new[] { 3, kernel }), ("strides", new[] { 2, random.Next(1, 4) }),
                ("pads", new[] { 1, pad, 1, random.Next(0, kernel) }));
            byte[] unsigned = Run("MaxPool", attributes, Tensor.Create<byte>(new Shape(shape), q)).Data.ToArray();
            sbyte[] signed = Run("MaxPool", attributes, new Tensor(ElementType.Int8, new Shape(shape), q)).Span<sbyte>().ToArray();
            Assert.Equal(
                Run("MaxPool", attributes, Floats(shape, [.. q.Select(v => (float)v)])).Floats(), unsigned.Select(v => (float)v).ToArray());
            Assert.Equal(Run("MaxPool", attributes, Floats(shape, [.. q.Select(v => (float)(sbyte)v)])).Floats(),
                signed.Select(v => (float)v).ToArray());
        }
    }

    [Theory]
    [InlineData("SAME_UPPER", 5, 3, 2, 3)]
    [InlineData("SAME_LOWER", 6, 3, 2, 3)]
    [InlineData("VALID", 6, 3, 2, 2)]
    public void Automatic_padding_gives_the_size_its_name_says(string mode, int size, int kernel, int stride, int expected)
    {
        var attributes = Attributes(("auto_pad", mode), ("kernel_shape", new[] { kernel }), ("strides", new[] { stride }));
        Assert.Equal(expected, Run("MaxPool", attributes, Ramp(1, 1, size)).Length);
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
    public void Global_pools_reduce_every_plane()
    {
        Assert.Equal([4f, 13f], Run("GlobalAveragePool", Ramp(1, 2, 3, 3)).Floats());
        Assert.Equal([8f, 17f], Run("GlobalMaxPool", Ramp(1, 2, 3, 3)).Floats());
        Assert.Equal([1, 2, 1, 1, 1], Run("GlobalMaxPool", Ramp(1, 2, 3, 3, 1)).Dims());
    }

    [Fact]
    public void Space_and_depth_are_inverse_to_one_another()
    {
        Tensor x = Ramp(2, 12, 2, 3);
        Tensor y = Run("DepthToSpace", Attributes(("blocksize", 2)), x);
        Assert.Equal([2, 3, 4, 6], y.Dims());
        Assert.Equal(x.Floats(), Run("SpaceToDepth", Attributes(("blocksize", 2)), y).Floats());
        Assert.Equal([0f, 1f, 2f, 3f], Run("DepthToSpace", Attributes(("blocksize", 2), ("mode", "CRD")), Ramp(1, 4, 1, 1)).Floats());
        Refused("DepthToSpace", Attributes(("blocksize", 5)), x);
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
        Refused("MaxPool", null, Ramp(1, 1, 4));
        Refused("AveragePool", Attributes(("kernel_shape", new[] { 2, 2 })), Ramp(1, 1, 4));
    }

    /// <summary>The input positions a window covers, with the kernel position of each.</summary>
    private static List<(int[] Input, int[] Kernel)> Patch(Tensor x, int[] at, int[] kernel, int[] stride, int[] dilation, int[] pads)
    {
        var patch = new List<(int[], int[])>();
        foreach (int[] k in Indices(kernel))
        {
            int[] input = [.. k.Select((v, d) => (at[2 + d] * stride[d]) - pads[d] + (v * dilation[d]))];
            if (input.Select((v, d) => v >= 0 && v < x.Shape[2 + d]).All(b => b)) patch.Add((input, k));
        }

        return patch;
    }

    private static int Padded(int[] at, int[] size, int[] kernel, int[] stride, int[] dilation, int[] pads) =>
        Indices(kernel).Count(
            k => k.Select((v, d) => (at[2 + d] * stride[d]) + (v * dilation[d]) < size[d] + pads[d] + pads[d + kernel.Length]).All(b => b));

    private static int[] Each(int count, Func<int> value) => [.. Enumerable.Range(0, count).Select(_ => value())];
}
