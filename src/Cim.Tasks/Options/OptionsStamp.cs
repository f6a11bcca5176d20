using Cim.Tasks.Files;

namespace Cim.Tasks.Options;

/// <summary>
/// The lines of an options file about what the compilation itself writes: the lock file and the compiled model. They are refreshed after
/// a compilation, so that it does not make the next build compile again.
/// </summary>
internal static class OptionsStamp
{
    private const string LockPrefix = "# Lock ", BesidePrefix = "# Beside ", OutputPrefix = "# Output ",
        Stale = "# Changed while it was compiled\n";

    /// <summary>The lines, for a new options file.</summary>
    /// <param name="old">The options file before; it need not exist.</param>
    /// <param name="options">What the item says: it may name a lock file, and other files that are written besides.</param>
    /// <param name="output">The hash of the compiled model that is there now, or <see cref="FileHashes.Absent"/>.</param>
    public static string Of(string old, ResolvedOptions options, string output)
    {
        string? recorded = File.Exists(old) ? Value(File.ReadAllText(old), OutputPrefix) : null;
        // Another content than the one delivered: damaged, so that it is made again.
        string state = recorded is null || recorded == output || output == FileHashes.Absent ? recorded ?? FileHashes.Absent : "damaged";
        return (options.LockPath is { } lockPath ? LockPrefix + HashOf(lockPath) + "\n" : "")
            + (options.WritesBeside ? BesidePrefix + Beside(options) + "\n" : "") + OutputPrefix + state + "\n";
    }

    /// <summary>Puts the present state of the lock file and of what was written besides into an options file.</summary>
    public static void Refresh(string optionsFile, ResolvedOptions options)
    {
        if (options.LockPath is { } lockPath) Refresh(optionsFile, LockPrefix, HashOf(lockPath));
        if (options.WritesBeside) Refresh(optionsFile, BesidePrefix, Beside(options));
    }

    /// <summary>Puts the hash of the compiled model into an options file, before the model is delivered and so older than it.</summary>
    public static void RefreshOutput(string optionsFile, string hash) => Refresh(optionsFile, OutputPrefix, hash);

    /// <summary>Makes the next build ask again what there is to do, because an input changed while this one compiled.</summary>
    public static void MarkStale(string optionsFile)
    {
        string text = File.Exists(optionsFile) ? File.ReadAllText(optionsFile) : "";
        AtomicFile.Write(optionsFile, text.Replace(Stale, "") + Stale);
    }

    private static string Beside(ResolvedOptions options) =>
        options.Beside.All(path => File.Exists(path) || Directory.Exists(path)) ? "present" : FileHashes.Absent;

    private static string HashOf(string path) => File.Exists(path) ? ContentHash.OfFile(path) : FileHashes.Absent;

    private static string? Value(string text, string prefix)
    {
        int start = text.IndexOf(prefix, StringComparison.Ordinal);
        if (start < 0) return null;
        start += prefix.Length;
        return text.Substring(start, text.IndexOf('\n', start) - start);
    }

    private static void Refresh(string optionsFile, string prefix, string value)
    {
        string text = File.ReadAllText(optionsFile);
        int start = text.IndexOf(prefix, StringComparison.Ordinal);
        if (start < 0) return;
        int end = text.IndexOf('\n', start) + 1;
        AtomicFile.WriteIfDifferent(optionsFile, text.Substring(0, start) + prefix + value + "\n" + text.Substring(end));
    }
}
