using Cim.Runtime.Tensors;
using Cim.Runtime.Tests.Testing;
using static Cim.Runtime.Tests.Testing.Ops;

namespace Cim.Runtime.Tests.Operators.Spatial;

/// <summary>The maximum or mean of every window.</summary>
public sealed class PoolTests
{
    [Fact]
    public void Results_equal_the_definition_over_random_geometries()
    {
        var random = new Random(2);
        for (int i = 0; i < 120; i++)
        {
            int rank = random.Next(1, 4), ceil = random.Next(2), include = random.Next(2);
            int[] kernel = Windows.Each(rank, () => random.Next(1, 4)),
                stride = Windows.Each(rank, () => random.Next(1, 4)),
                dilation = Windows.Each(rank, () => random.Next(1, 3));
            int[] pads = [.. Enumerable.Range(0, 2 * rank).Select(d => random.Next(0, ((kernel[d % rank] - 1) / 2) + 1))];
            int[] size = [.. Enumerable.Range(0, rank)
                .Select(d => ((kernel[d] - 1) * dilation[d]) + 1 + random.Next(0, rank switch { 1 => 60, 2 => 12, _ => 4 }))];
            Tensor x = Random(random, [2, 3, .. size]);
            var attributes = Attributes(("kernel_shape", kernel), ("strides", stride), ("dilations", dilation), ("pads", pads),
                ("ceil_mode", ceil), ("count_include_pad", include));
            Tensor max = Run("MaxPool", attributes, x), mean = Run("AveragePool", attributes, x);
            Assert.Equal([.. Indices(max.Dims())
                .Select(at => Windows.Of(x, at, kernel, stride, dilation, pads).Max(p => x.At([at[0], at[1], .. p.Input])))], max.Floats());
            AssertClose([.. Indices(mean.Dims()).Select(at =>
            {
                var patch = Windows.Of(x, at, kernel, stride, dilation, pads);
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
    public void The_maximum_of_quantized_values_equals_that_of_their_reals()
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
    }

    [Fact]
    public void A_window_needs_a_kernel_of_the_rank_of_the_input()
    {
        Refused("MaxPool", null, Ramp(1, 1, 4));
        Refused("AveragePool", Attributes(("kernel_shape", new[] { 2, 2 })), Ramp(1, 1, 4));
    }

    private static int Padded(int[] at, int[] size, int[] kernel, int[] stride, int[] dilation, int[] pads) =>
        Indices(kernel).Count(
            k => k.Select((v, d) => (at[2 + d] * stride[d]) + (v * dilation[d]) < size[d] + pads[d] + pads[d + kernel.Length]).All(b => b));
}
