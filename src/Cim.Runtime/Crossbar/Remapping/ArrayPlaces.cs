namespace Cim.Runtime.Crossbar.Remapping;

/// <summary>
/// Where the rows and columns of one block lie on its array. Columns come in units of one cell's columns (a pair stays
/// together); places beyond the block's own units are the array's spares.
/// </summary>
/// <param name="Rows">The word line (within the block) of every row.</param>
/// <param name="Units">The place of every unit of columns.</param>
internal sealed record ArrayPlaces(int[] Rows, int[] Units)
{
    /// <summary>Everything where the mapping put it.</summary>
    public static ArrayPlaces Identity(int rows, int units) => new([.. Enumerable.Range(0, rows)], [.. Enumerable.Range(0, units)]);

    /// <summary>True if nothing was moved.</summary>
    public bool IsIdentity => InOrder(Rows) && InOrder(Units);

    private static bool InOrder(int[] places)
    {
        for (int i = 0; i < places.Length; i++)
            if (places[i] != i) return false;
        return true;
    }
}
