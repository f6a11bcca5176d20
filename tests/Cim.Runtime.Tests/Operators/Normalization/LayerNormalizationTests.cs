using Cim.Runtime.Tensors;
using Cim.Runtime.Tests.Testing;
using static Cim.Runtime.Tests.Testing.Ops;

namespace Cim.Runtime.Tests.Operators.Normalization;

/// <summary>Statistics of everything from an axis on.</summary>
public sealed class LayerNormalizationTests
{
    [Fact]
    public void Results_have_mean_zero_and_variance_one()
    {
        var random = new Random(2);
        Tensor x = Random(random, 3, 5, 7);
        Tensor[] y = All("LayerNormalization", Attributes(("axis", 1), ("epsilon", 0f)), x, Floats([1], 1));
        for (int i = 0; i < 3; i++)
        {
            float[] row = y[0].Floats()[(i * 35)..((i + 1) * 35)];
            Assert.Equal(0, row.Average(), 1e-5);
            Assert.Equal(1, row.Average(v => v * v), 1e-5);
            Assert.Equal(x.Floats()[(i * 35)..((i + 1) * 35)].Average(), y[1].Floats()[i], 1e-5);
        }

        Assert.Equal([3, 1, 1], y[1].Dims());
        Tensor scaled = Run("LayerNormalization", Attributes(("axis", 2)), x, Ramp(7), Ramp(7));
        Assert.Equal(0f, scaled.Floats()[0]);
        Refused("LayerNormalization", Attributes(("axis", 2)), x, Ramp(5));
    }
}
