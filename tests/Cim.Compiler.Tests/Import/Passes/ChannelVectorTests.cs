using Cim.Compiler.Import.Passes;
using Cim.Runtime.Tensors;
using Xunit;

namespace Cim.Compiler.Tests.Import.Passes;

/// <summary>A constant as one value per channel.</summary>
public sealed class ChannelVectorTests
{
    [Theory]
    [InlineData(new[] { 3 }, 2, 1, true)]
    [InlineData(new[] { 3, 1, 1 }, 4, 1, true)]
    [InlineData(new[] { 1, 3, 1, 1 }, 4, 1, true)]
    [InlineData(new[] { 3 }, 4, 1, false)]
    [InlineData(new[] { 3, 1 }, 2, 1, false)]
    [InlineData(new[] { 1, 1, 3 }, 2, 1, false)]
    public void It_must_vary_along_the_channels_alone_and_enlarge_nothing(int[] shape, int rank, int axis, bool reads)
    {
        float[]? values = ChannelVector.Read(Tensor.Create<float>(new Shape(shape), [1, 2, 3]), rank, axis, 3);
        Assert.Equal(reads ? [1, 2, 3] : null, values);
    }

    [Fact]
    public void A_single_number_counts_for_all_channels_and_nothing_else_is_read()
    {
        Assert.Equal([5, 5, 5], ChannelVector.Read(Tensor.Scalar(5f), 4, 1, 3)!);
        Assert.Null(ChannelVector.Read(null, 4, 1, 3));
        Assert.Null(ChannelVector.Read(Tensor.Scalar(5L), 4, 1, 3));
        Assert.Null(ChannelVector.Read(Tensor.Create<float>(new Shape(2), [1, 2]), 2, 1, 3));
    }
}
