using Cim.Runtime.Tensors;
using Cim.Runtime.Tests.Testing;
using static Cim.Runtime.Tests.Testing.Ops;

namespace Cim.Runtime.Tests.Operators.Normalization;

/// <summary>Exponentials that sum to one.</summary>
public sealed class SoftmaxTests
{
    [Fact]
    public void Sums_along_the_axis_are_one()
    {
        var random = new Random(1);
        Tensor x = Random(random, 3, 4, 5);
        for (int axis = -3; axis < 3; axis++)
        {
            Tensor y = Run("Softmax", Attributes(("axis", axis)), x), log = Run("LogSoftmax", Attributes(("axis", axis)), x);
            int a = (axis + 3) % 3;
            foreach (int[] index in Indices(3, 4, 5))
            {
                double sum = 0;
                for (int i = 0; i < x.Shape[a]; i++) sum += Math.Exp(x.At([.. index[..a], i, .. index[(a + 1)..]]));
                Assert.Equal(Math.Exp(x.At(index)) / sum, y.At(index), 1e-6);
                Assert.Equal(x.At(index) - Math.Log(sum), log.At(index), 1e-5);
            }
        }
    }

    [Fact]
    public void Older_opsets_normalise_everything_from_its_axis_on()
    {
        Tensor y = Run("Softmax", Attributes(("axis", 1), ("coerce2d", 1)), Ramp(2, 2, 3));
        Assert.Equal(1, y.Floats()[..6].Sum(), 1e-6);
        Assert.Equal(y.Floats()[..6], y.Floats()[6..]);
    }

    [Fact]
    public void Large_numbers_do_not_overflow() =>
        AssertClose([0.5f, 0.5f, 0f], Run("Softmax", Floats([3], 1e30f, 1e30f, -1e30f)).Floats());
}
