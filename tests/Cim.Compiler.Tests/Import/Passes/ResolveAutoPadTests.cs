using Cim.Compiler.Import;
using Cim.Compiler.Ir;
using Cim.Compiler.Tests.Support;
using Xunit;

namespace Cim.Compiler.Tests.Import.Passes;

/// <summary>Afterwards convolutions and pools have their padding in numbers.</summary>
public sealed class ResolveAutoPadTests
{
    [Theory]
    [InlineData("Conv", "SAME_UPPER", 5, 2, new long[] { 1, 1, 1, 1 })]
    [InlineData("Conv", "SAME_UPPER", 6, 2, new long[] { 0, 0, 1, 1 })]
    [InlineData("Conv", "SAME_LOWER", 6, 2, new long[] { 1, 1, 0, 0 })]
    [InlineData("Conv", "VALID", 6, 2, new long[] { 0, 0, 0, 0 })]
    [InlineData("MaxPool", "SAME_UPPER", 6, 2, new long[] { 0, 0, 1, 1 })]
    [InlineData("AveragePool", "SAME_LOWER", 6, 2, new long[] { 1, 1, 0, 0 })]
    public void Pads_are_those_that_give_the_size_and_an_odd_one_is_on_the_side_its_name_says(
        string op, string autoPad, int size, int stride, long[] pads)
    {
        ModelBuilder m = new ModelBuilder().Input("x", -1, 2, size, size).Weight("w", 2, 2, 3, 3)
            .Node(op, op == "Conv" ? "x w" : "x", "y", ("auto_pad", autoPad), ("kernel_shape", new[] { 3, 3 }),
                ("strides", new[] { stride, stride }))
            .Output("y");
        Node node = Assert.Single(ImportAssert.SameAsOnnxRuntime(m, ImportOptions.Default with { Optimise = false }).Nodes);
        Assert.False(node.Attributes.Has("auto_pad"));
        Assert.Equal(pads, node.Attributes.Ints("pads"));
    }

    [Fact]
    public void Pads_in_numbers_stay()
    {
        ModelBuilder m = new ModelBuilder().Input("x", -1, 2, 6, 6).Weight("w", 2, 2, 3, 3)
            .Node("Conv", "x w", "y", ("auto_pad", "NOTSET"), ("pads", new[] { 2, 0, 0, 1 })).Output("y");
        Node node = Assert.Single(ImportAssert.SameAsOnnxRuntime(m, ImportOptions.Default with { Optimise = false }).Nodes);
        Assert.False(node.Attributes.Has("auto_pad"));
        Assert.Equal([2L, 0, 0, 1], node.Attributes.Ints("pads").AsEnumerable());
    }
}
