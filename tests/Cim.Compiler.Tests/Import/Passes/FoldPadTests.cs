using Cim.Compiler.Ir;
using Cim.Compiler.Tests.Support;
using Xunit;

namespace Cim.Compiler.Tests.Import.Passes;

/// <summary>Afterwards padding of the spatial axes is part of what reads it.</summary>
public sealed class FoldPadTests
{
    [Fact]
    public void Zero_padding_in_front_of_convolutions_is_folded_into_all_of_them()
    {
        ModelBuilder m = new ModelBuilder().Input("x", -1, 2, 6, 7).Weight("w", 3, 2, 3, 3).Weight("v", 3, 2, 3, 3)
            .Ints("p", 0, 0, 1, 0, 0, 0, 2, 1)
            .Node("Pad", "x p", "a").Node("Conv", "a w", "y", ("pads", new[] { 0, 1, 0, 1 }))
                .Node("Conv", "a v", "z", ("pads", new[] { 0, 1, 0, 1 }))
            .Node("Add", "y z", "s").Output("s");
        Assert.Equal(["Conv", "Conv", "Add"], ImportAssert.SameAsOnnxRuntime(m).Nodes.Select(n => n.Op));
    }

    [Fact]
    public void Padding_with_another_value_stays()
    {
        ModelBuilder m = new ModelBuilder().Input("x", -1, 2, 6, 6).Weight("w", 3, 2, 3, 3).Ints("p", 0, 0, 1, 1, 0, 0, 1, 1).Scalar("c", 1)
            .Node("Pad", "x p c", "a").Node("Conv", "a w", "y").Output("y");
        Assert.Equal(["Pad", "Conv"], ImportAssert.SameAsOnnxRuntime(m).Nodes.Select(n => n.Op));
    }

    private static ModelBuilder Pooled(float value, long pad, int kernel) => new ModelBuilder().Input("x", -1, 2, 6, 6)
        .Ints("pads", 0, 0, pad, pad, 0, 0, pad, pad).Scalar("value", value).Weight("w", 3, 2, 1, 1)
        .Node("Pad", "x pads value", "p").Node("MaxPool", "p", "m", ("kernel_shape", new[] { kernel, kernel }), ("strides", new[] { 2, 2 }))
        .Node("conv", "Conv", "m w", "y", ("kernel_shape", new[] { 1, 1 })).Output("y");

    [Theory]
    [InlineData(float.NegativeInfinity)]
    [InlineData(-float.MaxValue)]
    public void Padding_of_minus_infinity_is_part_of_the_pool(float value)
    {
        Graph graph = ImportAssert.SameAsOnnxRuntime(Pooled(value, 1, 3));
        Assert.Equal(["MaxPool", "Conv"], graph.Nodes.Select(n => n.Op));
    }

    [Theory]
    [InlineData(0f, 1, 3)]
    [InlineData(float.NegativeInfinity, 3, 3)]
    public void Padding_a_pool_does_not_ignore_stays(float value, int pad, int kernel) =>
        Assert.Equal(["Pad", "MaxPool", "Conv"], RandomNetworks.Import(Pooled(value, pad, kernel).Bytes).Nodes.Select(n => n.Op));

    [Theory]
    [InlineData(1, 3)]
    [InlineData(1, 2)]
    [InlineData(2, 4)]
    public void A_network_that_pads_so_compiles(int pad, int kernel)
    {
        using var c = new SmallCompilation(Pooled(float.NegativeInfinity, pad, kernel), RandomNetworks.Samples(10, 72, 1));
        c.Compile();
        Assert.True(c.Difference() < 0.05, $"{c.Difference()}");
    }
}
