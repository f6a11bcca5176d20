using System.Text;
using Cim.Tasks.Files;

namespace Cim.Tasks.Cache;

/// <summary>
/// The list of what an entry of the cache holds: its key, and the hash of each file. An entry that does not agree with its list (a
/// flipped bit, a missing or additional file, an entry under another key) is not served.
/// </summary>
internal static class EntryManifest
{
    public const string Name = "manifest.txt";

    private const string KeyPrefix = "key ";

    /// <summary>Writes the list of all files of a folder.</summary>
    public static void Write(string folder, string key)
    {
        StringBuilder text = new(KeyPrefix + key + "\n");
        foreach (string file in Files(folder))
            text.Append(ContentHash.OfFile(Path.Combine(folder, file))).Append("  ").Append(file).Append('\n');
        File.WriteAllText(Path.Combine(folder, Name), text.ToString());
    }

    /// <summary>Copies an entry and checks the copies, so that what is served is what was checked. False if anything does not
    /// agree.</summary>
    /// <exception cref="IOException">The copies cannot be written.</exception>
    public static bool TryCopy(string entry, string key, string target)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(Path.Combine(entry, Name));
        }
        catch (Exception e) when (FileProblem.Is(e))
        {
            return false;
        }
        if (lines.Length == 0 || lines[0] != KeyPrefix + key) return false;
        List<string> listed = [];
        foreach (string line in lines.Skip(1))
        {
            int space = line.IndexOf("  ", StringComparison.Ordinal);
            if (space < 0) return false;
            (string hash, string file) = (line.Substring(0, space), line.Substring(space + 2));
            // A list is data from outside, too: it may name nothing outside its folder.
            if (Path.IsPathRooted(file) || file.Split('/', '\\').Contains("..") || !File.Exists(Path.Combine(entry, file))) return false;
            listed.Add(file);
            string copy = Path.Combine(target, file);
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            if (ContentHash.OfCopy(Path.Combine(entry, file), copy) != hash) return false;
        }
        return listed.Contains(CompiledModel.ModelName) && listed.SequenceEqual(Files(entry), StringComparer.Ordinal);
    }

    private static string[] Files(string folder) =>
        [.. Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Select(f => f.Substring(folder.Length + 1).Replace('\\', '/'))
            .Where(f => f != Name).OrderBy(f => f, StringComparer.Ordinal)];
}
