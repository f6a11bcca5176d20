namespace Cim.Runtime.Crossbar.Circuit;

/// <summary>
/// Effective conductances from the voltage drops of the currents that would flow through ideal wires: rows * columns
/// operations, where the nodal equations take rows^3 * columns.
/// </summary>
/// <remarks>
/// With currents G V, the word line drops by V_r A[r,c] until cell (r, c), and the bit line's node there rises by
/// sum_k Z[r,k] G[k,c] V_k, where A[r,c] = sum_j G[r,j] (Driver + WordSegment (min(j, c) + 1)) and
/// Z[r,k] = Sense + BitSegment (rows - max(r, k)). Collecting by V_r and using that Z is symmetric, the sensed current is
/// sum_r E[r,c] V_r with E = G (1 - A - B), B[r,c] = sum_k Z[r,k] G[k,c]. Written as E = G / (1 + A + B), which agrees to first
/// order and stays between 0 and G however large the drops are.
/// </remarks>
internal static class FirstOrderDrop
{
    /// <summary>Solves one array; see <see cref="NodalSolver.Solve"/>.</summary>
    public static void Solve(Span<double> conductances, int rows, int columns, Wires wires)
    {
        if (wires.AreIdeal || rows == 0 || columns == 0) return;
        double[] drops = new double[rows * columns];
        WordLines(conductances, rows, columns, wires, drops);
        BitLines(conductances, rows, columns, wires, drops);
        for (int i = 0; i < drops.Length; i++) conductances[i] /= 1 + drops[i];
    }

    // The current of a segment is what all cells behind it draw.
    private static void WordLines(ReadOnlySpan<double> g, int rows, int columns, Wires wires, double[] drops)
    {
        for (int r = 0; r < rows; r++)
        {
            double behind = 0;
            for (int c = 0; c < columns; c++) behind += g[(r * columns) + c];
            double drop = wires.Driver * behind;
            for (int c = 0; c < columns; c++)
            {
                drop += wires.WordSegment * behind;
                drops[(r * columns) + c] += drop;
                behind -= g[(r * columns) + c];
            }
        }
    }

    // As a word line of length rows seen from ground: the last row is nearest.
    private static void BitLines(ReadOnlySpan<double> g, int rows, int columns, Wires wires, double[] drops)
    {
        for (int c = 0; c < columns; c++)
        {
            double behind = 0;
            for (int r = 0; r < rows; r++) behind += g[(r * columns) + c];
            double rise = wires.Sense * behind;
            for (int r = rows - 1; r >= 0; r--)
            {
                rise += wires.BitSegment * behind;
                drops[(r * columns) + c] += rise;
                behind -= g[(r * columns) + c];
            }
        }
    }
}
