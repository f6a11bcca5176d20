using System.Numerics;
using MathNet.Numerics.Providers.LinearAlgebra;

namespace Cim.Compiler.Statistics;

/// <summary>Eigenvalues and eigenvectors of a real symmetric matrix.</summary>
internal static class SymmetricEigen
{
    /// <summary>Decomposes, on one thread and without native code: the same bits everywhere.</summary>
    /// <param name="matrix">[n, n], symmetric; not changed.</param>
    /// <param name="n">Its order.</param>
    /// <returns>Eigenvalues in ascending order, and eigenvectors [component, value] of length 1.</returns>
    /// <exception cref="ArithmeticException">An eigenvalue does not converge: the matrix has entries that are not finite.</exception>
    public static (double[] Values, double[] Vectors) Of(ReadOnlySpan<double> matrix, int n)
    {
        var values = new Complex[n];
        double[] columns = new double[n * n]; // [value, component]
        try
        {
            ManagedLinearAlgebraProvider.Instance.EigenDecomp(true, n, matrix.ToArray(), columns, values, new double[n * n]);
        }
        catch (MathNet.Numerics.NonConvergenceException e)
        {
            throw new ArithmeticException("An eigenvalue does not converge; the matrix has entries that are not finite.", e);
        }

        double[] vectors = new double[n * n];
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++) vectors[(i * n) + j] = columns[(j * n) + i];
        return (Array.ConvertAll(values, value => value.Real), vectors);
    }
}
