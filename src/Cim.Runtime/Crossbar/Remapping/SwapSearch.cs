namespace Cim.Runtime.Crossbar.Remapping;

/// <summary>Assigns items to places by exchanging two at a time while that lowers the total cost.</summary>
internal static class SwapSearch
{
    /// <summary>Improves an assignment in place; without a gain it stays as it is, so the total never rises.</summary>
    /// <param name="places">The place of every item, each place at most once; overwritten.</param>
    /// <param name="cost">The cost of an item at a place.</param>
    public static void Improve(int[] places, Func<int, int, double> cost)
    {
        double[] own = [.. places.Select((place, item) => cost(item, place))];
        for (bool changed = true; changed;)
        {
            changed = false;
            for (int a = 0; a < places.Length; a++)
            for (int b = 0; b < places.Length; b++)
            {
                if (b == a || own[a] + own[b] == 0) continue;
                double x = cost(a, places[b]), y = cost(b, places[a]);
                // Rounding must not keep two assignments of the same cost alternating.
                if (x + y >= (own[a] + own[b]) * (1 - 1e-9)) continue;
                (places[a], places[b]) = (places[b], places[a]);
                (own[a], own[b]) = (x, y);
                changed = true;
            }
        }
    }
}
