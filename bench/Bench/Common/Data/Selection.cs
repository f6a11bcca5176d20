namespace Cim.Bench.Common.Data;

/// <summary>Which images of a file.</summary>
internal static class Selection
{
    /// <summary>The first ones, at most all.</summary>
    public static int[] First(int count, int wanted) => [.. Enumerable.Range(0, Math.Min(count, wanted))];

    /// <summary>Evenly spread ones; 0 wants all.</summary>
    public static int[] Spread(int count, int wanted) => wanted == 0 || wanted == count
        ? [.. Enumerable.Range(0, count)]
        : [.. Enumerable.Range(0, wanted).Select(i => (int)((long)i * count / wanted))];

    /// <summary>Evenly spread ones of those that are left when a hold-out set is taken away.</summary>
    public static int[] SpreadWithout(int count, int[] holdOut, int wanted)
    {
        int[] rest = [.. Enumerable.Range(0, count).Except(holdOut)];
        return [.. Spread(rest.Length, wanted).Select(i => rest[i])];
    }
}
