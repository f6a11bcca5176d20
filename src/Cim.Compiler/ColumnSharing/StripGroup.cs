using System.Runtime.Intrinsics;
using Cim.Compiler.Precision;

namespace Cim.Compiler.ColumnSharing;

/// <summary>
/// Strips of one row tile that may share columns, as clustering sees them. The Hessian of the loss is taken as the product of a
/// number for each strip and one for each row (the diagonal Fisher information, factorised), so with rows scaled by the root of
/// theirs the loss increase of replacing a strip w by v is 1/2 * importance * |w - v|^2.
/// </summary>
internal sealed class StripGroup
{
    /// <param name="weights">[strips, rows].</param>
    /// <param name="rows">Rows of the tile.</param>
    /// <param name="rowImportance">One a row, positive.</param>
    /// <param name="importance">One a strip.</param>
    /// <param name="units">Real value of one unit of a strip's integers.</param>
    /// <param name="shifts">The shift at which a column alone serves each strip best.</param>
    /// <param name="bits">Of columns.</param>
    public StripGroup(ReadOnlySpan<float> weights, int rows, ReadOnlySpan<double> rowImportance, double[] importance, double[] units,
        int[] shifts, int bits)
    {
        (Rows, Count, Importance, Units, Shifts, Levels, MaxShift) = (
            rows, units.Length, importance, units, shifts, WeightScales.Levels(bits), SharedColumns.WholeBits - bits);
        Roots = new float[rows];
        for (int r = 0; r < rows; r++) Roots[r] = (float)Math.Sqrt(rowImportance[r]);
        Scaled = new float[weights.Length];
        for (int i = 0; i < Scaled.Length; i++) Scaled[i] = weights[i] * Roots[i % rows];
        Squares = new double[Count];
        for (int o = 0; o < Count; o++) Squares[o] = Dot(Of(o), Of(o));
    }

    public int Count { get; }

    public int Rows { get; }

    public int Levels { get; }

    public int MaxShift { get; }

    /// <summary>By strip.</summary>
    public double[] Importance { get; }

    /// <summary>Real value of one unit of a strip's integers.</summary>
    public double[] Units { get; }

    /// <summary>The shift at which a column alone serves each strip best.</summary>
    public int[] Shifts { get; }

    /// <summary>Roots of the importance of rows.</summary>
    public float[] Roots { get; }

    /// <summary>[strips, rows], rows scaled.</summary>
    public float[] Scaled { get; }

    /// <summary>Squared lengths of the scaled strips.</summary>
    public double[] Squares { get; }

    public ReadOnlySpan<float> Of(int strip) => Scaled.AsSpan(strip * Rows, Rows);

    /// <summary>In eight fixed lanes: the same sums on every machine.</summary>
    public static double Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        Vector256<float> sum = Vector256<float>.Zero;
        int i = 0;
        for (; i <= a.Length - 8; i += 8) sum += Vector256.Create(a.Slice(i, 8)) * Vector256.Create(b.Slice(i, 8));
        double total = (double)sum[0] + sum[1] + sum[2] + sum[3] + sum[4] + sum[5] + sum[6] + sum[7];
        for (; i < a.Length; i++) total += a[i] * b[i];
        return total;
    }
}
