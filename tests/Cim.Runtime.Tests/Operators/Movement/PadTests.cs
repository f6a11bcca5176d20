using Cim.Runtime.Tensors;
using Cim.Runtime.Tests.Testing;
using static Cim.Runtime.Tests.Testing.Ops;

namespace Cim.Runtime.Tests.Operators.Movement;

/// <summary>A border around a tensor, or a piece cut off.</summary>
public sealed class PadTests
{
    [Theory]
    [InlineData("constant", new float[] { 9, 9, 0, 1, 2, 9 })]
    [InlineData("edge", new float[] { 0, 0, 0, 1, 2, 2 })]
    [InlineData("reflect", new float[] { 2, 1, 0, 1, 2, 1 })]
    [InlineData("wrap", new float[] { 1, 2, 0, 1, 2, 0 })]
    public void Padding_modes_fill_the_border(string mode, float[] expected)
    {
        Assert.Equal(expected, Run("Pad", Attributes(("mode", mode)), Ramp(3), Longs(2, 1), Tensor.Scalar(9f)).Floats());
        Tensor columns = Run(
            "Pad", Attributes(("mode", mode)), Run("Unsqueeze", Ramp(3), Longs(1)), Longs(2, 1), Tensor.Scalar(9f), Longs(0));
        Assert.Equal(expected, columns.Floats());
    }

    [Fact]
    public void Negative_pads_crop()
    {
        Assert.Equal([4f, 5f, 0f], Run("Pad", Ramp(3, 3), Longs(-1, -1, -1, 1)).Floats());
        Refused("Pad", null, Ramp(3), Longs(-2, -2));
        Refused("Pad", Attributes(("mode", "mirror")), Ramp(3), Longs(1, 1));
    }
}
