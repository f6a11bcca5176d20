using System.Text;
using Cim.Compiler.Options;

namespace Cim.Tasks.Options;

/// <summary>
/// The options of <c>AdditionalOptions</c>, split as the command splits the lines of a response file, so that the build knows which files
/// they read and write and what they set. The text itself goes to the command, which checks it.
/// </summary>
internal static class AdditionalOptions
{
    /// <summary>The options with their values; null for a flag, and for an option that has none. Words that belong to no known option have
    /// no row.</summary>
    public static IEnumerable<(OptionRow? Row, string? Value)> Parse(string text)
    {
        List<string> words = [.. Words(text)];
        for (int i = 0; i < words.Count; i++)
        {
            int at = words[i].StartsWith("-", StringComparison.Ordinal) ? words[i].IndexOfAny(['=', ':']) : -1;
            OptionRow? row = OptionTable.WithFlag(at < 0 ? words[i] : words[i].Substring(0, at));
            if (row is null) yield return (null, words[i]);
            else if (at >= 0) yield return (row, words[i].Substring(at + 1));
            else if (row.Kind == OptionKind.Flag || i + 1 == words.Count) yield return (row, null);
            else yield return (row, words[++i]);
        }
    }

    /// <summary>Words separated by white space; what stands in quotes is not split.</summary>
    private static IEnumerable<string> Words(string text)
    {
        StringBuilder word = new();
        bool isQuoted = false, isWord = false;
        foreach (char c in text)
        {
            if (c == '"') (isQuoted, isWord) = (!isQuoted, true);
            else if (isQuoted || !char.IsWhiteSpace(c))
            {
                word.Append(c);
                isWord = true;
            }
            else if (isWord)
            {
                yield return word.ToString();
                word.Clear();
                isWord = false;
            }
        }

        if (isWord) yield return word.ToString();
    }
}
