using Cim.Training.Numerics;
using Xunit;

namespace Cim.Training.Tests.Numerics;

/// <summary>Factors of symmetric matrices.</summary>
public sealed class SymmetricMatrixTests
{
    [Fact]
    public void Cholesky_and_solve_invert_the_matrix()
    {
        var random = new Random(5);
        for (int n = 1; n <= 17; n++)
        {
            double[] h = Covariance(n, random), x = [.. Enumerable.Range(0, n).Select(_ => random.NextDouble() - 0.5)], b = new double[n];
            for (int i = 0; i < n; i++)
                for (int j = 0; j < n; j++) b[i] += h[(i * n) + j] * x[j];
            double[] lower = SymmetricMatrix.Cholesky(h, n)!;
            SymmetricMatrix.Solve(lower, SymmetricMatrix.Transpose(lower, n), n, b);
            for (int i = 0; i < n; i++) Assert.Equal(x[i], b[i], 6);
        }
    }

    [Fact]
    public void An_indefinite_matrix_has_no_factor() => Assert.Null(SymmetricMatrix.Cholesky([1, 2, 2, 1], 2));

    /// <summary>A random covariance with correlated inputs, as convolutions have.</summary>
    private static double[] Covariance(int n, Random random)
    {
        double[,] factor = new double[n, n + 3];
        for (int i = 0; i < n; i++)
            for (int k = 0; k < n + 3; k++) factor[i, k] = (2 * random.NextDouble()) - 1 + (k == 0 ? 2 : 0);
        double[] h = new double[n * n];
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
            {
                for (int k = 0; k < n + 3; k++) h[(i * n) + j] += factor[i, k] * factor[j, k];
                if (i == j) h[(i * n) + j] += 0.1;
            }

        return h;
    }
}
