using System.Globalization;
using System.Text.RegularExpressions;
using Cim.Tasks.Files;

namespace Cim.Tasks.Inputs;

/// <summary>
/// The files a hardware profile names: its base profile, tables of programming errors. Every text in it that is the path of a file
/// counts, whatever field it stands in: one file too many costs a hash, one too few a stale result. A JSON package does not belong into a
/// build task.
/// </summary>
internal static class ProfileFiles
{
    // A file of another kind that somebody named *.json by mistake is not searched for names.
    private const long LargestProfile = 4 << 20;

    private static readonly Regex _text = new("\"((?:[^\"\\\\]|\\\\.)*)\"", RegexOptions.CultureInvariant);

    /// <summary>Full paths of existing files that a JSON file names, in its order.</summary>
    public static IEnumerable<string> NamedBy(string path)
    {
        if (!path.EndsWith(".json", StringComparison.OrdinalIgnoreCase) || !File.Exists(path) || new FileInfo(path).Length > LargestProfile)
            return [];
        string folder = Path.GetDirectoryName(path)!;
        return [.. _text.Matches(File.ReadAllText(path)).Cast<Match>().Select(m => Unescape(m.Groups[1].Value))
            .Select(name => Existing(folder, name)).OfType<string>().Distinct(StringComparer.Ordinal)];
    }

    private static string? Existing(string folder, string name)
    {
        if (name.Length is 0 or > 1000 || name.IndexOf('\n') >= 0) return null;
        try
        {
            string path = Path.GetFullPath(Path.Combine(folder, name));
            return File.Exists(path) ? path : null;
        }
        catch (Exception e) when (FileProblem.Is(e))
        {
            return null;
        }
    }

    private static string Unescape(string text) => text.IndexOf('\\') < 0 ? text : Regex.Replace(text, @"\\(u[0-9a-fA-F]{4}|.)", match =>
    {
        string escape = match.Groups[1].Value;
        return escape[0] switch
        {
            'u' when escape.Length == 5 =>
                ((char)int.Parse(escape.Substring(1), NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToString(),
            'n' => "\n",
            't' => "\t",
            'r' => "\r",
            'b' => "\b",
            'f' => "\f",
            _ => escape,
        };
    });
}
