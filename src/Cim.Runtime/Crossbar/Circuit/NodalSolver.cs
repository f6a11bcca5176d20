namespace Cim.Runtime.Crossbar.Circuit;

/// <summary>
/// The exact effective conductances of an array with resistive wires: cells are linear, so the sensed current of a bit line
/// is sum_r E[r, c] * V_r for some matrix E, found once per programmed array.
/// </summary>
/// <remarks>
/// Column by column, the bit line is eliminated: with U its node voltages and T its tridiagonal matrix, the cells of column c
/// load the word lines with S_c = G_c - G_c T_c^-1 G_c (G_c diagonal), and the sensed current is (S_c 1)^T V_c. What is left
/// couples columns only through one word-line segment per row: block-tridiagonal with off-diagonal blocks -g I. From the far
/// end, A_c = S_c + g_left I + g I - g^2 A_(c+1)^-1 and V_c = g_left A_c^-1 V_(c-1), so E's columns come out of one backward
/// sweep of dense inverses and products: rows^3 * columns operations, where a general sparse solver needs many times more.
/// </remarks>
internal static class NodalSolver
{
    /// <summary>Solves one array.</summary>
    /// <param name="conductances">Cells in siemens [row, column], overwritten with the effective conductances.</param>
    /// <param name="rows">Word lines.</param>
    /// <param name="columns">Bit lines.</param>
    /// <param name="wires">The wires.</param>
    public static void Solve(Span<double> conductances, int rows, int columns, Wires wires)
    {
        if (wires.AreIdeal || rows == 0 || columns == 0) return;
        double[] load = new double[rows * rows], sensed = new double[rows];
        if (wires.WordSegment == 0)
        {
            SolveCommonWordLine(conductances, rows, columns, wires, load, sensed);
            return;
        }
        double segment = 1 / wires.WordSegment, first = 1 / (wires.WordSegment + wires.Driver);
        double[] inverse = new double[rows * rows];
        // Row j of 'adjoint' is what column j's sensed current is of the voltages of the column swept last.
        double[] adjoint = new double[columns * rows], product = new double[rows];
        for (int c = columns - 1; c >= 0; c--)
        {
            BitLine.Load(conductances, rows, columns, c, wires, load, sensed);
            double left = c == 0 ? first : segment;
            // inverse holds A_(c+1)^-1 (zero beyond the end).
            for (int i = 0; i < load.Length; i++) inverse[i] = load[i] - (segment * segment * inverse[i]);
            double diagonal = left + (c < columns - 1 ? segment : 0);
            for (int r = 0; r < rows; r++) inverse[(r * rows) + r] += diagonal;
            SymmetricInverse.Invert(inverse, rows);
            sensed.CopyTo(adjoint.AsSpan(c * rows));
            for (int j = c; j < columns; j++)
            {
                Span<double> row = adjoint.AsSpan(j * rows, rows);
                SymmetricInverse.Multiply(inverse, rows, row, left, product);
                product.CopyTo(row);
            }
        }
        for (int c = 0; c < columns; c++)
        for (int r = 0; r < rows; r++)
            conductances[(r * columns) + c] = adjoint[(c * rows) + r];
    }

    // Ideal word-line segments: all columns of a row share one node behind the driver.
    private static void SolveCommonWordLine(
        Span<double> conductances, int rows, int columns, Wires wires, double[] load, double[] sensed)
    {
        double[] all = new double[columns * rows], total = new double[rows * rows];
        for (int c = 0; c < columns; c++)
        {
            BitLine.Load(conductances, rows, columns, c, wires, load, sensed);
            sensed.CopyTo(all.AsSpan(c * rows));
            for (int i = 0; i < load.Length; i++) total[i] += load[i];
        }
        double[] product = new double[rows];
        double driver = wires.Driver == 0 ? 0 : 1 / wires.Driver;
        if (wires.Driver > 0)
        {
            for (int r = 0; r < rows; r++) total[(r * rows) + r] += driver;
            SymmetricInverse.Invert(total, rows);
        }
        for (int c = 0; c < columns; c++)
        {
            Span<double> row = all.AsSpan(c * rows, rows);
            if (wires.Driver > 0)
            {
                SymmetricInverse.Multiply(total, rows, row, driver, product);
                product.CopyTo(row);
            }
            for (int r = 0; r < rows; r++) conductances[(r * columns) + c] = row[r];
        }
    }
}
