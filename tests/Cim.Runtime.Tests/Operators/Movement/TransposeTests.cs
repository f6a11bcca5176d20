using Cim.Runtime.Tensors;
using Cim.Runtime.Tests.Testing;
using static Cim.Runtime.Tests.Testing.Ops;

namespace Cim.Runtime.Tests.Operators.Movement;

/// <summary>A permutation of the axes.</summary>
public sealed class TransposeTests
{
    [Fact]
    public void Every_element_moves_to_its_permuted_index()
    {
        var random = new Random(1);
        for (int i = 0; i < 200; i++)
        {
            int[] shape = RandomShape(random, 5);
            int[] perm = [.. Enumerable.Range(0, shape.Length)];
            random.Shuffle(perm);
            Tensor x = Ramp(shape), y = Run("Transpose", Attributes(("perm", perm)), x);
            Assert.Equal([.. perm.Select(p => shape[p])], y.Dims());
            foreach (int[] index in Indices(y.Dims()))
            {
                int[] source = new int[shape.Length];
                for (int d = 0; d < perm.Length; d++) source[perm[d]] = index[d];
                Assert.Equal(x.At(source), y.At(index));
            }
        }
    }

    [Fact]
    public void Without_a_permutation_the_axes_are_reversed()
    {
        Tensor y = Run("Transpose", Ramp(2, 3));
        Assert.Equal([3, 2], y.Dims());
        Assert.Equal([0f, 3f, 1f, 4f, 2f, 5f], y.Floats());
        Refused("Transpose", Attributes(("perm", new[] { 0, 0 })), Ramp(2, 3));
    }
}
