using Cim.Compiler.Statistics;
using Xunit;

namespace Cim.Compiler.Tests.Statistics;

/// <summary>Eigenvectors of symmetric matrices.</summary>
public sealed class SymmetricEigenTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 8)];

    [Theory, MemberData(nameof(Seeds))]
    public void Eigenvectors_are_orthonormal_and_give_the_matrix_back(int seed)
    {
        var random = new Random(seed);
        int n = seed < 3 ? seed + 1 : random.Next(4, 60);
        double[] a = new double[n * n];
        for (int i = 0; i < n; i++)
            for (int j = 0; j <= i; j++) a[(i * n) + j] = a[(j * n) + i] = random.Next(4) == 0 ? 0 : random.NextDouble() - 0.5;
        if (seed == 7) Array.Clear(a);
        (double[] values, double[] vectors) = SymmetricEigen.Of(a, n);
        Assert.Equal(values.Order(), values);
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
            {
                double product = 0, again = 0;
                for (int k = 0; k < n; k++)
                {
                    product += vectors[(k * n) + i] * vectors[(k * n) + j];
                    again += values[k] * vectors[(i * n) + k] * vectors[(j * n) + k];
                }

                Assert.Equal(i == j ? 1 : 0, product, 1e-10);
                Assert.Equal(a[(i * n) + j], again, 1e-10);
            }
    }
}
