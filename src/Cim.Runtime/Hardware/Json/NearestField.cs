namespace Cim.Runtime.Hardware.Json;

/// <summary>Finds the field that an unknown name was probably meant to be.</summary>
internal static class NearestField
{
    /// <summary>A question that names the nearest field; empty if none is near.</summary>
    public static string Suggestion(string name)
    {
        (string best, int distance) = ProfileFields.All.Select(f => (f.Name, Distance(f.Name, name))).MinBy(d => d.Item2);
        return distance <= 3 ? $" (did you mean '{best}'?)" : "";
    }

    private static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            (int diagonal, row[0]) = (row[0], i);
            for (int j = 1; j <= b.Length; j++)
            {
                int substitute = diagonal + (char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substitute, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }
}
