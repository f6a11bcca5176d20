using Cim.Compiler.Statistics;
using Cim.Tests.Shared;
using CsCheck;
using Xunit;

namespace Cim.Compiler.Tests.Statistics;

/// <summary>Eigenvectors of symmetric matrices.</summary>
public sealed class SymmetricEigenTests
{
    private static readonly Gen<double> _number = Gen.Frequency((1, Gen.Const(0.0)), (3, Gen.Double[-0.5, 0.5]));

    [Fact]
    public void Eigenvectors_are_orthonormal_and_give_the_matrix_back() =>
        Gen.Int[1, 50].SelectMany(n => _number.Array[n * n].Select(a => Symmetric(a, n))).Holds(12, Check);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void A_matrix_of_zeros_has_orthonormal_eigenvectors_as_well(int n) => Check(new double[n * n]);

    private static double[] Symmetric(double[] a, int n)
    {
        for (int i = 0; i < n; i++)
            for (int j = 0; j < i; j++) a[(j * n) + i] = a[(i * n) + j];
        return a;
    }

    private static void Check(double[] a)
    {
        int n = (int)Math.Sqrt(a.Length);
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
