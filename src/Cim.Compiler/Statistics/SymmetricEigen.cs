namespace Cim.Compiler.Statistics;

/// <summary>
/// Eigenvalues and eigenvectors of a real symmetric matrix: Householder reduction to a tridiagonal one, then QL with implicit
/// shifts (Bowdler, Martin, Reinsch and Wilkinson, Numerische Mathematik 11, 1968: tred2 and tql2).
/// </summary>
internal static class SymmetricEigen
{
    private const int MaxIterations = 60;

    /// <summary>Decomposes.</summary>
    /// <param name="matrix">[n, n], symmetric; not changed.</param>
    /// <param name="n">Its order.</param>
    /// <returns>Eigenvalues in ascending order, and eigenvectors [component, value] of length 1.</returns>
    /// <exception cref="ArithmeticException">An eigenvalue does not converge: the matrix has entries that are not finite.</exception>
    public static (double[] Values, double[] Vectors) Of(ReadOnlySpan<double> matrix, int n)
    {
        double[] v = matrix.ToArray(), d = new double[n], e = new double[n];
        Tridiagonal(v, d, e, n);
        Diagonal(v, d, e, n);
        int[] order = [.. Enumerable.Range(0, n).OrderBy(i => d[i]).ThenBy(i => i)];
        double[] sorted = new double[n * n];
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++) sorted[(i * n) + j] = v[(i * n) + order[j]];
        return ([.. order.Select(i => d[i])], sorted);
    }

    private static void Tridiagonal(double[] v, double[] d, double[] e, int n)
    {
        for (int j = 0; j < n; j++) d[j] = v[((n - 1) * n) + j];
        for (int i = n - 1; i > 0; i--)
        {
            double scale = 0, h = 0;
            for (int k = 0; k < i; k++) scale += Math.Abs(d[k]);
            if (scale == 0)
            {
                e[i] = d[i - 1];
                for (int j = 0; j < i; j++) (d[j], v[(i * n) + j], v[(j * n) + i]) = (v[((i - 1) * n) + j], 0, 0);
                d[i] = 0;
                continue;
            }

            for (int k = 0; k < i; k++)
            {
                d[k] /= scale;
                h += d[k] * d[k];
            }

            double f = d[i - 1], g = f > 0 ? -Math.Sqrt(h) : Math.Sqrt(h);
            (e[i], h, d[i - 1]) = (scale * g, h - (f * g), f - g);
            Array.Clear(e, 0, i);
            for (int j = 0; j < i; j++)
            {
                f = d[j];
                v[(j * n) + i] = f;
                g = e[j] + (v[(j * n) + j] * f);
                for (int k = j + 1; k < i; k++)
                {
                    g += v[(k * n) + j] * d[k];
                    e[k] += v[(k * n) + j] * f;
                }

                e[j] = g;
            }

            f = 0;
            for (int j = 0; j < i; j++)
            {
                e[j] /= h;
                f += e[j] * d[j];
            }

            double half = f / (h + h);
            for (int j = 0; j < i; j++) e[j] -= half * d[j];
            for (int j = 0; j < i; j++)
            {
                (f, g) = (d[j], e[j]);
                for (int k = j; k < i; k++) v[(k * n) + j] -= (f * e[k]) + (g * d[k]);
                (d[j], v[(i * n) + j]) = (v[((i - 1) * n) + j], 0);
            }

            d[i] = h;
        }

        Accumulate(v, d, e, n);
    }

    private static void Accumulate(double[] v, double[] d, double[] e, int n)
    {
        for (int i = 0; i < n - 1; i++)
        {
            v[((n - 1) * n) + i] = v[(i * n) + i];
            v[(i * n) + i] = 1;
            double h = d[i + 1];
            if (h != 0)
            {
                for (int k = 0; k <= i; k++) d[k] = v[(k * n) + i + 1] / h;
                for (int j = 0; j <= i; j++)
                {
                    double g = 0;
                    for (int k = 0; k <= i; k++) g += v[(k * n) + i + 1] * v[(k * n) + j];
                    for (int k = 0; k <= i; k++) v[(k * n) + j] -= g * d[k];
                }
            }

            for (int k = 0; k <= i; k++) v[(k * n) + i + 1] = 0;
        }

        for (int j = 0; j < n; j++) (d[j], v[((n - 1) * n) + j]) = (v[((n - 1) * n) + j], 0);
        v[(n * n) - 1] = 1;
        e[0] = 0;
    }

    private static void Diagonal(double[] v, double[] d, double[] e, int n)
    {
        for (int i = 1; i < n; i++) e[i - 1] = e[i];
        e[n - 1] = 0;
        double shifted = 0, largest = 0;
        for (int l = 0; l < n; l++)
        {
            largest = Math.Max(largest, Math.Abs(d[l]) + Math.Abs(e[l]));
            int m = l;
            while (m < n - 1 && Math.Abs(e[m]) > 2.3e-16 * largest) m++;
            for (int iteration = 0; m > l; iteration++)
            {
                if (iteration == MaxIterations)
                    throw new ArithmeticException("An eigenvalue does not converge; the matrix has entries that are not finite.");
                shifted += Step(v, d, e, l, m, n);
                if (Math.Abs(e[l]) <= 2.3e-16 * largest) break;
            }

            d[l] += shifted;
            e[l] = 0;
        }
    }

    /// <summary>One implicit QL step on rows l to m; returns the shift taken off the rest of the diagonal.</summary>
    private static double Step(double[] v, double[] d, double[] e, int l, int m, int n)
    {
        double g = d[l], p = (d[l + 1] - g) / (2 * e[l]), r = Math.Sqrt((p * p) + 1);
        if (p < 0) r = -r;
        (d[l], d[l + 1]) = (e[l] / (p + r), e[l] * (p + r));
        double next = d[l + 1], h = g - d[l];
        for (int i = l + 2; i < n; i++) d[i] -= h;
        p = d[m];
        double c = 1, c2 = 1, c3 = 1, s = 0, s2 = 0, saved = e[l + 1];
        for (int i = m - 1; i >= l; i--)
        {
            (c3, c2, s2) = (c2, c, s);
            g = c * e[i];
            double along = c * p;
            r = Math.Sqrt((p * p) + (e[i] * e[i]));
            e[i + 1] = s * r;
            (s, c) = (e[i] / r, p / r);
            p = (c * d[i]) - (s * g);
            d[i + 1] = along + (s * ((c * g) + (s * d[i])));
            for (int k = 0; k < n; k++)
            {
                double a = v[(k * n) + i + 1], b = v[(k * n) + i];
                v[(k * n) + i + 1] = (s * b) + (c * a);
                v[(k * n) + i] = (c * b) - (s * a);
            }
        }

        p = -s * s2 * c3 * saved * e[l] / next;
        (e[l], d[l]) = (s * p, c * p);
        return h;
    }
}
