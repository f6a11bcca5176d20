using Cim.Runtime.Tensors;
using Cim.Runtime.Tests.Testing;
using static Cim.Runtime.Tests.Testing.Ops;

namespace Cim.Runtime.Tests.Operators.Spatial;

/// <summary>Blocks added up to an image.</summary>
public sealed class Col2ImTests
{
    [Fact]
    public void Overlapping_blocks_are_added_and_the_padding_is_dropped()
    {
        // Blocks of 1x2 on a row of three: the middle is in both.
        Tensor blocks = Floats([1, 2, 2], 1, 2, 3, 4);
        Assert.Equal([1f, 5f, 4f], Run("Col2Im", blocks, Longs(1, 3), Longs(1, 2)).Floats());
        Assert.Equal([3f, 2f],
            Run("Col2Im", Attributes(("pads", new[] { 0, 1, 0, 1 }), ("strides", new[] { 1, 2 })), blocks, Longs(1, 2), Longs(1, 2))
                .Floats());
        Refused("Col2Im", null, blocks, Longs(1, 4), Longs(1, 2));
        Refused("Col2Im", null, blocks, Longs(1, 3), Longs(2));
    }
}
