using System.Numerics;
using System.Runtime.InteropServices;

namespace Cim.Runtime.Crossbar.Circuit;

/// <summary>Dense symmetric positive definite matrices, small enough for the cache.</summary>
internal static class SymmetricInverse
{
    /// <summary>
    /// Inverts in place by Gauss-Jordan elimination without pivoting (safe for positive definite matrices). Every element is
    /// updated by one multiplication and one subtraction per pivot, so the vector width does not change the result.
    /// </summary>
    public static void Invert(double[] a, int n)
    {
        double[] pivotRow = new double[n];
        for (int k = 0; k < n; k++)
        {
            Span<double> row = a.AsSpan(k * n, n);
            double inverse = 1 / row[k];
            row[k] = 1;
            for (int j = 0; j < n; j++) row[j] *= inverse;
            row.CopyTo(pivotRow);
            for (int i = 0; i < n; i++)
            {
                if (i == k) continue;
                Span<double> other = a.AsSpan(i * n, n);
                double factor = other[k];
                other[k] = 0;
                SubtractScaled(other, pivotRow, factor);
            }
        }
    }

    /// <summary>result = scale * a * x.</summary>
    public static void Multiply(double[] a, int n, ReadOnlySpan<double> x, double scale, double[] result)
    {
        // By columns of the symmetric matrix, so that sums run in index order whatever the vector width is.
        Array.Clear(result);
        for (int k = 0; k < n; k++) SubtractScaled(result, a.AsSpan(k * n, n), -scale * x[k]);
    }

    private static void SubtractScaled(Span<double> target, ReadOnlySpan<double> source, double factor)
    {
        Span<Vector<double>> t = MemoryMarshal.Cast<double, Vector<double>>(target);
        ReadOnlySpan<Vector<double>> s = MemoryMarshal.Cast<double, Vector<double>>(source);
        var f = new Vector<double>(factor);
        for (int i = 0; i < t.Length && i < s.Length; i++) t[i] -= s[i] * f;
        for (int i = t.Length * Vector<double>.Count; i < target.Length; i++) target[i] -= source[i] * factor;
    }
}
