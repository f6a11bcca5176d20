using System.Diagnostics;
using System.Globalization;
using Cim.Tasks.Files;

namespace Cim.Tasks.Cache;

/// <summary>
/// A lock between processes: a file that is open for nobody else. The operating system frees it when its holder ends, however it ends.
/// A text file beside it says who holds it, and its time is the holder's last sign of life.
/// </summary>
internal sealed class CacheLock : IDisposable
{
    // What FileStream reports when another process has the file open: on Windows sharing and lock violation, else EAGAIN of Linux and of
    // BSD.
    private const int SharingViolation = unchecked((int)0x80070020), LockViolation = unchecked((int)0x80070021), AgainLinux = 11,
        AgainBsd = 35;

    private readonly FileStream _file;
    private readonly string _holder;
    private readonly Stopwatch _sinceSign = Stopwatch.StartNew();

    private CacheLock(FileStream file, string holder) => (_file, _holder) = (file, holder);

    /// <summary>Takes the lock, or returns null if another process has it.</summary>
    /// <param name="path">The lock file; it stays afterwards, because removing it while others wait would let two in.</param>
    /// <param name="purpose">What it is held for, shown to those who wait.</param>
    /// <exception cref="IOException">The file cannot be made or opened for another reason than a holder: read-only, full, no such folder
    /// ...</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public static CacheLock? TryTake(string path, string purpose)
    {
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (IsHeld(e))
        {
            return null;
        }
        CacheLock taken = new(file, HolderFile(path));
        taken.Introduce(purpose);
        return taken;
    }

    /// <summary>True if the exception says that another process has the file, and nothing else.</summary>
    public static bool IsHeld(IOException e) =>
        Path.DirectorySeparatorChar == '\\' ? e.HResult is SharingViolation or LockViolation : e.HResult is AgainLinux or AgainBsd;

    /// <summary>Who holds a lock, as far as that is known.</summary>
    public static string HolderOf(string path)
    {
        try
        {
            return File.ReadAllText(HolderFile(path)).Trim() is { Length: > 0 } text ? text : "an unknown process";
        }
        catch (Exception e) when (FileProblem.Is(e))
        {
            return "an unknown process";
        }
    }

    /// <summary>The time of the holder's last sign of life; it is compared with itself only, never with a clock.</summary>
    public static DateTime SignOf(string path)
    {
        try
        {
            return File.GetLastWriteTimeUtc(HolderFile(path));
        }
        catch (Exception e) when (FileProblem.Is(e))
        {
            return default;
        }
    }

    /// <summary>Shows those who wait that work goes on; at most once a second.</summary>
    public void ShowSign()
    {
        if (_sinceSign.ElapsedMilliseconds < 1000) return;
        _sinceSign.Restart();
        Quietly(() => File.SetLastWriteTimeUtc(_holder, DateTime.UtcNow));
    }

    /// <summary>Frees the lock.</summary>
    public void Dispose()
    {
        Quietly(() => File.Delete(_holder));
        _file.Dispose();
    }

    private static string HolderFile(string path) => Path.ChangeExtension(path, ".holder");

    private void Introduce(string purpose) => Quietly(() =>
    {
        using Process process = Process.GetCurrentProcess();
        File.WriteAllText(_holder, string.Format(CultureInfo.InvariantCulture,
            "process {0} on {1}, {2}, since {3:yyyy-MM-dd HH:mm:ss} UTC\n", process.Id, Environment.MachineName, purpose, DateTime.UtcNow));
    });

    // A full disk may have space for an empty lock file and none for a line of text.
    private static void Quietly(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (FileProblem.Is(e))
        {
        }
    }
}
