namespace Cim.Compiler.Options;

/// <summary>Finds the name that was meant.</summary>
internal static class Spelling
{
    /// <summary>A name that has all letters of another in order is as near to it as one edit.</summary>
    private const int Part = 1;

    /// <summary>The known name with the fewest edits from <paramref name="name"/>, or that has it in it.</summary>
    public static string Nearest(string name, IEnumerable<string> known)
    {
        string lower = name.ToLowerInvariant();
        return known.OrderBy(candidate => Math.Min(Edits(candidate), IsPart(candidate) ? Part : int.MaxValue))
            .ThenBy(Edits).ThenBy(candidate => candidate, StringComparer.Ordinal).First();

        int Edits(string candidate) => Distance(lower, candidate.ToLowerInvariant());

        // Nothing but letters that are missing.
        bool IsPart(string candidate) => Edits(candidate) == Math.Abs(candidate.Length - name.Length);
    }

    /// <summary>Letters to insert, remove or exchange to make one name of the other (Levenshtein), one row at a time.</summary>
    public static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int above = row[j];
                row[j] = Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[b.Length];
    }
}
