using System.Text;
using Cim.Tasks.Options;

namespace Cim.Tasks.Cache;

/// <summary>
/// What a compiled model depends on, by content: compiler, model and its external weights, data, hardware profile, options,
/// seed, lock. No paths and no times, so the same inputs give the same key in every checkout and on every machine.
/// </summary>
internal static class CacheKey
{
    /// <summary>The key: a SHA-256 in hexadecimal.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static string Of(ResolvedOptions options, IEnumerable<string> externalFiles, string toolId)
    {
        StringBuilder facts = new();
        facts.Append("compiler ").Append(toolId).Append('\n');
        facts.Append("model ").Append(ContentHash.OfFile(options.ModelPath)).Append('\n');
        foreach (string file in externalFiles)
            facts.Append("external ").Append(Path.GetFileName(file)).Append(' ').Append(HashOrAbsent(file)).Append('\n');
        foreach (string scalar in options.Scalars) facts.Append(scalar).Append('\n');
        foreach ((string flag, string path) in options.FlaggedFiles)
        {
            facts.Append(flag).Append(' ').Append(Path.GetExtension(path)).Append(' ').Append(HashOrAbsent(path)).Append('\n');
            foreach (string labels in DataFiles.LabelsBeside(path)) facts.Append(flag).Append(" labels ").Append(HashOrAbsent(labels)).Append('\n');
        }
        if (options.LockPath is { } lockPath) facts.Append("lock ").Append(HashOrAbsent(lockPath)).Append('\n');
        return ContentHash.OfText(facts.ToString());
    }

    private static string HashOrAbsent(string path) => File.Exists(path) ? ContentHash.OfFile(path) : "absent";
}
