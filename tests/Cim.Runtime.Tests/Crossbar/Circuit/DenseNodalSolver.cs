using Cim.Runtime.Crossbar.Circuit;

namespace Cim.Runtime.Tests.Crossbar.Circuit;

/// <summary>Kirchhoff's current law at every node, one dense system per driven row. Zero resistances become 0.1 milliohm.</summary>
internal static class DenseNodalSolver
{
    public static double[] Solve(double[] g, int rows, int columns, Wires wires)
    {
        double Conductance(double ohm) => 1 / Math.Max(ohm, 1e-4);
        double word = Conductance(wires.WordSegment), bit = Conductance(wires.BitSegment);
        double first = Conductance(wires.WordSegment + wires.Driver), last = Conductance(wires.BitSegment + wires.Sense);
        int n = 2 * rows * columns;
        int V(int r, int c) => (r * columns) + c;
        int U(int r, int c) => (rows * columns) + (r * columns) + c;
        double[] effective = new double[g.Length];
        for (int driven = 0; driven < rows; driven++)
        {
            double[,] a = new double[n, n + 1];
            for (int r = 0; r < rows; r++)
            for (int c = 0; c < columns; c++)
            {
                Join(a, V(r, c), U(r, c), g[(r * columns) + c]);
                if (c + 1 < columns) Join(a, V(r, c), V(r, c + 1), word);
                if (r + 1 < rows) Join(a, U(r, c), U(r + 1, c), bit);
                if (c == 0)
                {
                    a[V(r, c), V(r, c)] += first;
                    if (r == driven) a[V(r, c), n] += first;
                }
                if (r == rows - 1) a[U(r, c), U(r, c)] += last;
            }
            double[] x = Eliminate(a, n);
            for (int c = 0; c < columns; c++) effective[(driven * columns) + c] = x[U(rows - 1, c)] * last;
        }
        return effective;
    }

    private static void Join(double[,] a, int i, int j, double g)
    {
        a[i, i] += g;
        a[j, j] += g;
        a[i, j] -= g;
        a[j, i] -= g;
    }

    private static double[] Eliminate(double[,] a, int n)
    {
        for (int k = 0; k < n; k++)
        {
            int pivot = k;
            for (int i = k + 1; i < n; i++)
                if (Math.Abs(a[i, k]) > Math.Abs(a[pivot, k])) pivot = i;
            for (int j = k; j <= n; j++) (a[k, j], a[pivot, j]) = (a[pivot, j], a[k, j]);
            for (int i = k + 1; i < n; i++)
            {
                double f = a[i, k] / a[k, k];
                for (int j = k; j <= n; j++) a[i, j] -= f * a[k, j];
            }
        }
        double[] x = new double[n];
        for (int k = n - 1; k >= 0; k--)
        {
            double sum = a[k, n];
            for (int j = k + 1; j < n; j++) sum -= a[k, j] * x[j];
            x[k] = sum / a[k, k];
        }
        return x;
    }
}
