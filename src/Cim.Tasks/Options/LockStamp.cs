using Cim.Tasks.Cache;
using Cim.Tasks.Diagnostics;

namespace Cim.Tasks.Options;

/// <summary>
/// The line of an options file about the lock file. By content, not time: the compiler itself writes the lock file on the
/// first compilation, and that must not make the next build compile again.
/// </summary>
internal static class LockStamp
{
    private const string Prefix = "# Lock ";

    public static string Of(string lockPath) => Prefix + (File.Exists(lockPath) ? ContentHash.OfFile(lockPath) : "absent") + "\n";

    /// <summary>Puts the present state of the lock file into an options file.</summary>
    public static void Refresh(string optionsFile, string lockPath)
    {
        string text = File.ReadAllText(optionsFile);
        int start = text.IndexOf(Prefix, StringComparison.Ordinal);
        if (start < 0) return;
        int end = text.IndexOf('\n', start) + 1;
        AtomicFile.WriteIfDifferent(optionsFile, text.Substring(0, start) + Of(lockPath) + text.Substring(end));
    }
}
