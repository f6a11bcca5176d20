namespace Cim.Training.ColumnSharing;

/// <summary>
/// One tile of rows of a weight matrix whose outputs are made of shared columns of integers: the weights of output o are
/// step[o] * 2^Shift[o] * (column Plus[o] - column Minus[o]).
/// </summary>
public sealed record TileColumns
{
    /// <summary>Checks the columns of a tile.</summary>
    /// <param name="rows">The matrix's rows that lie on the tile.</param>
    /// <param name="plus">By output the column that is added, -1 = none.</param>
    /// <param name="minus">By output the column that is subtracted, -1 = none.</param>
    /// <param name="shifts">By output.</param>
    /// <param name="low">The smallest integer of each column.</param>
    /// <param name="high">The largest integer of each column.</param>
    /// <param name="columns">The first integers [column, row].</param>
    /// <exception cref="ArgumentException">The sizes do not fit each other.</exception>
    public TileColumns(
        IReadOnlyList<int> rows, IReadOnlyList<int> plus, IReadOnlyList<int> minus, IReadOnlyList<int> shifts, IReadOnlyList<int> low,
        IReadOnlyList<int> high,
        float[] columns)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(plus);
        ArgumentNullException.ThrowIfNull(minus);
        ArgumentNullException.ThrowIfNull(shifts);
        ArgumentNullException.ThrowIfNull(low);
        ArgumentNullException.ThrowIfNull(high);
        ArgumentNullException.ThrowIfNull(columns);
        if (plus.Count != minus.Count || plus.Count != shifts.Count || low.Count != high.Count || columns.Length != low.Count * rows.Count)
            throw new ArgumentException(
                "Every output needs a shift and two column indices, every column a range and an integer for each row", nameof(columns));
        if (plus.Concat(minus).Any(column => column < -1 || column >= low.Count))
            throw new ArgumentException("An output uses a column that does not exist", nameof(plus));
        (Rows, Plus, Minus, Shifts, Low, High, Columns) = (rows, plus, minus, shifts, low, high, columns);
    }

    /// <summary>The matrix's rows that lie on the tile.</summary>
    public IReadOnlyList<int> Rows { get; }

    /// <summary>By output the column that is added, -1 = none.</summary>
    public IReadOnlyList<int> Plus { get; }

    /// <summary>By output the column that is subtracted, -1 = none.</summary>
    public IReadOnlyList<int> Minus { get; }

    /// <summary>By output.</summary>
    public IReadOnlyList<int> Shifts { get; }

    /// <summary>The smallest integer of each column.</summary>
    public IReadOnlyList<int> Low { get; }

    /// <summary>The largest integer of each column.</summary>
    public IReadOnlyList<int> High { get; }

    /// <summary>[column, row]: trained real values that are rounded to integers where they are used.</summary>
    public float[] Columns { get; }
}
