using System.Runtime.Intrinsics;

namespace Cim.Training.Numerics;

/// <summary>
/// Linear algebra on small symmetric positive definite matrices in double precision. Sums run in four fixed lanes
/// whatever the machine's SIMD width, so results are the same everywhere.
/// </summary>
public static class SymmetricMatrix
{
    /// <summary>The lower Cholesky factor of an n by n matrix (row-major, lower half read), or null if it is not positive
    /// definite.</summary>
    /// <param name="matrix">The matrix.</param>
    /// <param name="n">Its rows.</param>
    /// <param name="cancellation">Checked at each row.</param>
    public static double[]? Cholesky(ReadOnlySpan<double> matrix, int n, CancellationToken cancellation = default)
    {
        double[] l = new double[n * n];
        for (int i = 0; i < n; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            Span<double> row = l.AsSpan(i * n, n);
            for (int j = 0; j < i; j++)
                row[j] = (matrix[(i * n) + j] - Dot(row[..j], l.AsSpan(j * n, j))) / l[(j * n) + j];
            double pivot = matrix[(i * n) + i] - Dot(row[..i], row[..i]);
            if (!(pivot > 0)) return null;
            row[i] = Math.Sqrt(pivot);
        }

        return l;
    }

    /// <summary>Solves L L^T x = b in place; <paramref name="lower"/> as of <see cref="Cholesky"/>, <paramref name="upper"/> its
    /// transpose.</summary>
    public static void Solve(ReadOnlySpan<double> lower, ReadOnlySpan<double> upper, int n, Span<double> x)
    {
        for (int i = 0; i < n; i++) x[i] = (x[i] - Dot(lower.Slice(i * n, i), x[..i])) / lower[(i * n) + i];
        for (int i = n - 1; i >= 0; i--)
            x[i] = (x[i] - Dot(upper.Slice((i * n) + i + 1, n - i - 1), x[(i + 1)..])) / upper[(i * n) + i];
    }

    /// <summary>The transpose of an n by n matrix.</summary>
    public static double[] Transpose(ReadOnlySpan<double> matrix, int n)
    {
        double[] t = new double[n * n];
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++) t[(j * n) + i] = matrix[(i * n) + j];
        return t;
    }

    /// <summary>The sum of products of two vectors of one length.</summary>
    public static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        Vector256<double> sum = Vector256<double>.Zero;
        int i = 0;
        for (; i <= a.Length - 4; i += 4) sum += Vector256.Create(a.Slice(i, 4)) * Vector256.Create(b.Slice(i, 4));
        double total = sum[0] + sum[1] + (sum[2] + sum[3]);
        for (; i < a.Length; i++) total += a[i] * b[i];
        return total;
    }

    /// <summary>y += factor * x.</summary>
    public static void AddScaled(Span<double> y, double factor, ReadOnlySpan<double> x)
    {
        int i = 0;
        for (; i <= y.Length - 4; i += 4)
            (Vector256.Create((ReadOnlySpan<double>)y.Slice(i, 4)) + (Vector256.Create(x.Slice(i, 4)) * factor)).CopyTo(y.Slice(i, 4));
        for (; i < y.Length; i++) y[i] += factor * x[i];
    }
}
