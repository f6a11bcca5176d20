namespace Cim.Runtime.Crossbar.Remapping;

/// <summary>
/// Where the rows and columns of one block lie on its array. Columns come in units of one cell's columns (a pair stays
/// together); slots beyond the block's own units are the array's spares.
/// </summary>
/// <param name="Rows">The word line (within the block) of every row.</param>
/// <param name="Units">The slot of every unit of columns.</param>
internal sealed record ArraySlots(int[] Rows, int[] Units)
{
    /// <summary>Everything where the mapping put it.</summary>
    public static ArraySlots Identity(int rows, int units) => new([.. Enumerable.Range(0, rows)], [.. Enumerable.Range(0, units)]);

    /// <summary>True if nothing was moved.</summary>
    public bool IsIdentity => InOrder(Rows) && InOrder(Units);

    private static bool InOrder(int[] slots)
    {
        for (int i = 0; i < slots.Length; i++)
            if (slots[i] != i) return false;
        return true;
    }
}
