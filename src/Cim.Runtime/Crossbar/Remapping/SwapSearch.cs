namespace Cim.Runtime.Crossbar.Remapping;

/// <summary>Assigns items to slots by exchanging two at a time while that lowers the total cost.</summary>
internal static class SwapSearch
{
    /// <summary>Improves an assignment in place; without a gain it stays as it is, so the total never rises.</summary>
    /// <param name="slots">The slot of every item, each slot at most once; overwritten.</param>
    /// <param name="cost">The cost of an item at a slot.</param>
    public static void Improve(int[] slots, Func<int, int, double> cost)
    {
        double[] own = [.. slots.Select((slot, item) => cost(item, slot))];
        for (bool changed = true; changed;)
        {
            changed = false;
            for (int a = 0; a < slots.Length; a++)
            for (int b = 0; b < slots.Length; b++)
            {
                if (b == a || own[a] + own[b] == 0) continue;
                double x = cost(a, slots[b]), y = cost(b, slots[a]);
                // Rounding must not keep two assignments of the same cost alternating.
                if (x + y >= (own[a] + own[b]) * (1 - 1e-9)) continue;
                (slots[a], slots[b]) = (slots[b], slots[a]);
                (own[a], own[b]) = (x, y);
                changed = true;
            }
        }
    }
}
