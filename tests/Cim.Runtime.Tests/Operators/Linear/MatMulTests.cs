using Cim.Runtime.Tensors;
using Cim.Runtime.Tests.Testing;
using static Cim.Runtime.Tests.Testing.Ops;

namespace Cim.Runtime.Tests.Operators.Linear;

/// <summary>Matrix products over broadcast leading axes.</summary>
public sealed class MatMulTests
{
    [Fact]
    public void Matrix_products_add_in_index_order_bit_for_bit()
    {
        var random = new Random(1);
        foreach (int n in AwkwardLengths)
        {
            int m = random.Next(1, 10), k = random.Next(1, 40);
            if (n == 0) continue;
            Tensor a = Random(random, m, k), b = Random(random, k, n);
            Assert.Equal(InOrder(a.Floats(), b.Floats(), m, k, n), Run("MatMul", a, b).Floats());
        }
    }

    [Fact]
    public void Leading_axes_broadcast()
    {
        var random = new Random(2);
        for (int i = 0; i < 100; i++)
        {
            int[] batch = RandomShape(random, 3, 3);
            int m = random.Next(1, 5), k = random.Next(1, 5), n = random.Next(1, 20);
            Tensor a = Random(random, [.. Ones(random, batch), m, k]),
                b = Random(random, [.. Ones(random, batch), k, n]),
                y = Run("MatMul", a, b);
            float[] expected = [.. Indices(y.Dims()).Select(at =>
            {
                float sum = 0;
                for (int p = 0; p < k; p++) sum += a.At([.. at[..^2], at[^2], p]) * b.At([.. at[..^2], p, at[^1]]);
                return sum;
            })];
            Assert.Equal(expected, y.Floats());
        }
    }

    [Fact]
    public void Vectors_are_rows_on_the_left_and_columns_on_the_right()
    {
        Assert.Equal([2, 2], Run("MatMul", Ramp(3), Ramp(2, 3, 2)).Dims());
        Assert.Equal([2, 3], Run("MatMul", Ramp(2, 3, 2), Ramp(2)).Dims());
        Tensor dot = Run("MatMul", Ramp(3), Ramp(3));
        Assert.Equal(0, dot.Shape.Rank);
        Assert.Equal(5f, dot.Floats()[0]);
        Refused("MatMul", null, Ramp(2, 3), Ramp(2, 3));
        Refused("MatMul", null, Tensor.Scalar(1f), Ramp(1, 1));
    }

    private static float[] InOrder(float[] a, float[] b, int m, int k, int n)
    {
        float[] y = new float[m * n];
        for (int i = 0; i < m; i++)
            for (int j = 0; j < n; j++)
                for (int p = 0; p < k; p++) y[(i * n) + j] += a[(i * k) + p] * b[(p * n) + j];
        return y;
    }

    private static int[] Ones(Random random, int[] shape) => [.. shape.Select(d => random.Next(3) == 0 ? 1 : d)];
}
