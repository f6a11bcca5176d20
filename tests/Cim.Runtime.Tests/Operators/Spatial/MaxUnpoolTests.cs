using Cim.Runtime.Tensors;
using Cim.Runtime.Tests.Testing;
using static Cim.Runtime.Tests.Testing.Ops;

namespace Cim.Runtime.Tests.Operators.Spatial;

/// <summary>Maxima put back where they came from.</summary>
public sealed class MaxUnpoolTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Maxima_return_to_their_places(int pad)
    {
        var pool = Attributes(("kernel_shape", new[] { 2, 2 }), ("strides", new[] { 2, 2 }), ("pads", new[] { pad, pad, pad, pad }));
        int size = 6 - (2 * pad);
        Tensor x = Ops.Random(new Random(3), 2, 3, size, size);
        Tensor[] pooled = All("MaxPool", pool, x);
        Tensor y = Run("MaxUnpool", pool, pooled[0], pooled[1]);
        Assert.Equal(x.Dims(), y.Dims());
        float[] source = x.Floats(), result = y.Floats();
        for (int i = 0; i < result.Length; i++) Assert.True(result[i] == source[i] || result[i] == 0);
        Assert.Equal(pooled[0].Length, result.Count(v => v != 0));
    }

    [Fact]
    public void A_larger_result_keeps_the_coordinates_and_what_does_not_fit_is_refused()
    {
        var pool = Attributes(("kernel_shape", new[] { 2 }), ("strides", new[] { 2 }));
        Tensor x = Floats([1, 2, 1], 5, 6), places = Tensor.Create<long>(new Shape(1, 2, 1), [1, 2]);
        Assert.Equal([0f, 5f, 0f, 6f, 0f, 0f], Run("MaxUnpool", pool, x, places, Longs(1, 2, 3)).Floats());
        Refused("MaxUnpool", pool, x, Tensor.Create<long>(new Shape(1, 2, 1), [1, 4]));
        Refused("MaxUnpool", pool, x, Longs(1, 2));
    }
}
