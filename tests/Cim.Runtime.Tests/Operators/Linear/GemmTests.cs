using Cim.Runtime.Tensors;
using Cim.Runtime.Tests.Testing;
using static Cim.Runtime.Tests.Testing.Ops;

namespace Cim.Runtime.Tests.Operators.Linear;

/// <summary>alpha A B + beta C.</summary>
public sealed class GemmTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    [InlineData(1, 1)]
    public void Matrices_are_transposed_scaled_and_added(int transA, int transB)
    {
        var random = new Random(3);
        for (int i = 0; i < 30; i++)
        {
            int m = random.Next(1, 9), k = random.Next(1, 9), n = random.Next(1, 20);
            Tensor a = Random(random, transA == 1 ? [k, m] : [m, k]), b = Random(random, transB == 1 ? [n, k] : [k, n]);
            Tensor c = Random(random, random.Next(4) switch { 0 => [m, n], 1 => [n], 2 => [m, 1], _ => [1] });
            Tensor y = Run("Gemm", Attributes(("transA", transA), ("transB", transB), ("alpha", 0.5f), ("beta", 2f)), a, b, c);
            float[] expected = [.. Indices(m, n).Select(at => (float)((0.5 * Enumerable.Range(0, k).Sum(p =>
                (double)a.At(transA == 1 ? [p, at[0]] : [at[0], p]) * b.At(transB == 1 ? [at[1], p] : [p, at[1]]))) + (2 * c.At(at))))];
            AssertClose(expected, y.Floats());
        }

        Refused("Gemm", null, Ramp(2, 3), Ramp(2, 3));
        Refused("Gemm", null, Ramp(2, 3), Ramp(3, 2), Ramp(3));
    }
}
