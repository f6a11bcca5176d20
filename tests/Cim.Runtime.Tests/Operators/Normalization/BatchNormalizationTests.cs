using Cim.Runtime.Tensors;
using Cim.Runtime.Tests.Testing;
using static Cim.Runtime.Tests.Testing.Ops;

namespace Cim.Runtime.Tests.Operators.Normalization;

/// <summary>Fixed statistics of every channel.</summary>
public sealed class BatchNormalizationTests
{
    [Fact]
    public void Every_channel_gets_its_affine_map()
    {
        Tensor x = Ramp(2, 2, 3);
        Tensor y = Run("BatchNormalization", Attributes(("epsilon", 0f)), x, Floats([2], 2, 3), Floats([2], 1, -1), Floats([2], 4, 5),
            Floats([2], 4, 9));
        AssertClose([.. Indices(2, 2, 3).Select(i => i[1] == 0 ? ((x.At(i) - 4) / 2 * 2) + 1 : ((x.At(i) - 5) / 3 * 3) - 1)], y.Floats());
        Refused("BatchNormalization", Attributes(("training_mode", 1)), x, Ramp(2), Ramp(2), Ramp(2), Ramp(2));
        Refused("BatchNormalization", null, x, Ramp(3), Ramp(2), Ramp(2), Ramp(2));
    }
}
