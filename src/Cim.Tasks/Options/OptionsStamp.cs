using Cim.Tasks.Diagnostics;
using Cim.Tasks.Inputs;

namespace Cim.Tasks.Options;

/// <summary>
/// The lines of an options file about what the compilation itself writes: the lock file and the compiled model. They are refreshed after
/// a compilation, so that it does not make the next build compile again.
/// </summary>
internal static class OptionsStamp
{
    private const string LockPrefix = "# Lock ", OutputPrefix = "# Output ", Stale = "# Changed while it was compiled\n";

    /// <summary>Both lines, for a new options file.</summary>
    /// <param name="old">The options file before; it need not exist.</param>
    /// <param name="lockPath">The lock file, if there is one.</param>
    /// <param name="output">The hash of the compiled model that is there now, or <see cref="FileHashes.Absent"/>.</param>
    public static string Of(string old, string? lockPath, string output)
    {
        string? recorded = File.Exists(old) ? Value(File.ReadAllText(old), OutputPrefix) : null;
        // Another content than the one delivered: damaged, so that it is made again.
        string state = recorded is null || recorded == output || output == FileHashes.Absent ? recorded ?? FileHashes.Absent : "damaged";
        return (lockPath is null ? "" : LockPrefix + HashOf(lockPath) + "\n") + OutputPrefix + state + "\n";
    }

    /// <summary>Puts the present state of the lock file into an options file.</summary>
    public static void RefreshLock(string optionsFile, string lockPath) => Refresh(optionsFile, LockPrefix, HashOf(lockPath));

    /// <summary>Puts the hash of the compiled model into an options file, before the model is delivered and so older than it.</summary>
    public static void RefreshOutput(string optionsFile, string hash) => Refresh(optionsFile, OutputPrefix, hash);

    /// <summary>Makes the next build ask again what there is to do, because an input changed while this one compiled.</summary>
    public static void MarkStale(string optionsFile)
    {
        string text = File.Exists(optionsFile) ? File.ReadAllText(optionsFile) : "";
        AtomicFile.Write(optionsFile, text.Replace(Stale, "") + Stale);
    }

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
