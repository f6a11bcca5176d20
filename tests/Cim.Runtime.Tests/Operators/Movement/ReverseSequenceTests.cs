using Cim.Runtime.Tensors;
using Cim.Runtime.Tests.Testing;
using static Cim.Runtime.Tests.Testing.Ops;

namespace Cim.Runtime.Tests.Operators.Movement;

/// <summary>The first steps of each sequence in reverse.</summary>
public sealed class ReverseSequenceTests
{
    [Fact]
    public void Steps_behind_the_length_stay()
    {
        Tensor x = Floats([3, 2], 0, 1, 2, 3, 4, 5);
        Assert.Equal([4f, 3f, 2f, 1f, 0f, 5f], Run("ReverseSequence", x, Longs(3, 2)).Floats());
        Assert.Equal([1f, 0f, 2f, 3f, 5f, 4f],
            Run("ReverseSequence", Attributes(("batch_axis", 0), ("time_axis", 1)), x, Longs(2, 1, 2)).Floats());
        Refused("ReverseSequence", null, x, Longs(4, 0));
        Refused("ReverseSequence", null, x, Longs(1));
        Refused("ReverseSequence", Attributes(("batch_axis", 0)), x, Longs(1, 1, 1));
    }
}
