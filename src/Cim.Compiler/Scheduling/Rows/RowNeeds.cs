namespace Cim.Compiler.Scheduling.Rows;

/// <summary>Which rows of an input each row of an output needs: from a first to a last one.</summary>
internal sealed class RowNeeds
{
    private readonly int[] _first;
    private readonly int[] _last;

    private RowNeeds(int[] first, int[] last) => (_first, _last) = (first, last);

    /// <summary>Output rows.</summary>
    public int Rows => _first.Length;

    /// <summary>The first row of the input that an output row needs.</summary>
    public int First(int row) => _first[row];

    /// <summary>The last row of the input that an output row needs.</summary>
    public int Last(int row) => _last[row];

    /// <summary>What this needs of an input that itself needs another: rows exist in order, so what earlier rows need counts too.</summary>
    public RowNeeds Through(RowNeeds further)
    {
        int[] first = new int[Rows], last = new int[Rows], latest = new int[further.Rows];
        for (int r = 0; r < further.Rows; r++) latest[r] = Math.Max(r == 0 ? 0 : latest[r - 1], further._last[r]);
        for (int r = 0; r < Rows; r++) (first[r], last[r]) = (further._first[_first[r]], latest[_last[r]]);
        return new RowNeeds(first, last);
    }

    /// <summary>What this or another one needs of the same input.</summary>
    public RowNeeds Joined(RowNeeds other, int inputRows) => Of(Rows, inputRows,
        r => (Math.Min(_first[r], other._first[r]), Math.Max(_last[r], other._last[r])));

    /// <summary>Every output row needs the whole input.</summary>
    public static RowNeeds All(int rows, int inputRows) => Of(rows, inputRows, _ => (0, inputRows - 1));

    /// <summary>Row r needs row r.</summary>
    public static RowNeeds Same(int rows, int inputRows) => Of(rows, inputRows, r => (r, r));

    /// <summary>Needs by a rule; rows outside the input (padding) are not needed.</summary>
    public static RowNeeds Of(int rows, int inputRows, Func<int, (long First, long Last)> rule)
    {
        int[] first = new int[rows], last = new int[rows];
        for (int r = 0; r < rows; r++)
        {
            (long low, long high) = rule(r);
            // A window that lies in the padding alone needs nothing; the nearest row keeps the order.
            first[r] = (int)Math.Clamp(low, 0, inputRows - 1);
            last[r] = (int)Math.Clamp(high, first[r], inputRows - 1);
        }

        return new RowNeeds(first, last);
    }
}
