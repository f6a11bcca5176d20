using Cim.Runtime.Tensors;
using Cim.Runtime.Tests.Testing;
using static Cim.Runtime.Tests.Testing.Ops;

namespace Cim.Runtime.Tests.Operators.Normalization;

/// <summary>Statistics of every plane.</summary>
public sealed class InstanceNormalizationTests
{
    [Fact]
    public void Every_plane_has_its_own_mean_and_variance()
    {
        var random = new Random(4);
        Tensor x = Random(random, 2, 3, 10);
        float[] y = Run("InstanceNormalization", Attributes(("epsilon", 0f)), x, Floats([3], 1, 2, 3), Floats([3], 0, 10, -1)).Floats();
        for (int plane = 0; plane < 6; plane++)
        {
            float[] values = y[(plane * 10)..((plane + 1) * 10)];
            double scale = (plane % 3) + 1, bias = (plane % 3) switch { 0 => 0, 1 => 10, _ => -1 };
            Assert.Equal(bias, values.Average(v => (double)v), 1e-4);
            Assert.Equal(scale * scale, values.Average(v => (v - bias) * (v - bias)), 1e-3);
        }
    }
}
