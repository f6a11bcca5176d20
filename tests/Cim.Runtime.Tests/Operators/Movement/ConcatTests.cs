using Cim.Runtime.Tensors;
using Cim.Runtime.Tests.Testing;
using static Cim.Runtime.Tests.Testing.Ops;

namespace Cim.Runtime.Tests.Operators.Movement;

/// <summary>Tensors side by side along an axis.</summary>
public sealed class ConcatTests
{
    [Fact]
    public void Concatenation_undoes_a_split_on_any_axis()
    {
        var random = new Random(3);
        for (int i = 0; i < 100; i++)
        {
            int[] shape = [random.Next(1, 5), random.Next(1, 8), random.Next(1, 5)];
            int axis = random.Next(3), first = random.Next(0, shape[axis] + 1);
            Tensor x = Ramp(shape);
            Tensor[] parts = All("Split", Attributes(("axis", axis)), x, Longs(first, shape[axis] - first));
            Assert.Equal(x.Floats(), Run("Concat", Attributes(("axis", axis - 3)), parts).Floats());
        }
    }

    [Fact]
    public void Other_axes_must_agree() => Refused("Concat", null, Ramp(2, 3), Ramp(2, 2));
}
