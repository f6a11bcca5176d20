namespace Cim.Tasks.Cache;

/// <summary>
/// Compiled models by the content they were made from. An entry is a folder that appears by one rename, so it is whole or
/// absent; a lock per key, held by the operating system and so freed by a kill, makes builds that want the same model at the
/// same time compile it once.
/// </summary>
internal sealed class CompileCache(string root)
{
    // The layout of an entry. A change of layout gets a new number, and old entries are left to their age.
    private const string Layout = "v1";

    // Entries nobody used for so long are removed when a new one is stored.
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(30);

    /// <summary>Where the entry of a key is, or would be.</summary>
    public string EntryPath(string key) => Path.Combine(root, Layout, key.Substring(0, 2), key);

    /// <summary>The folder of a whole entry, marked as used now; null if there is none.</summary>
    public string? Find(string key)
    {
        string path = EntryPath(key);
        if (!Directory.Exists(path)) return null;
        try
        {
            Directory.SetLastWriteTimeUtc(path, DateTime.UtcNow);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A read-only cache, say of a CI machine, still serves; it only cannot remember that it was used.
            return path;
        }
        return path;
    }

    /// <summary>An empty folder beside the entries, to be filled and then handed to <see cref="Store"/> or deleted.</summary>
    public string CreateTemporary()
    {
        string path = Path.Combine(root, Layout, "tmp", DateTime.UtcNow.ToString("yyyyMMdd", System.Globalization.CultureInfo.InvariantCulture) + "-" + Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(path);
        return path;
    }

    /// <summary>Makes a filled temporary folder the entry of a key, by renaming it. Call it while holding the key's lock.</summary>
    public string Store(string key, string temporary)
    {
        string path = EntryPath(key);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        // Only a forced compilation replaces an entry.
        if (Directory.Exists(path)) DeleteQuietly(path);
        Directory.Move(temporary, path);
        RemoveOld();
        return path;
    }

    /// <summary>The lock of a key, or null if another process holds it.</summary>
    /// <exception cref="UnauthorizedAccessException">The cache cannot be written.</exception>
    public IDisposable? TryLock(string key)
    {
        // A fixed number of lock files: removing them while others wait would let two in.
        string folder = Path.Combine(root, Layout, "locks");
        Directory.CreateDirectory(folder);
        try
        {
            return new FileStream(Path.Combine(folder, key.Substring(0, 2) + ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e is not (DirectoryNotFoundException or PathTooLongException or FileNotFoundException))
        {
            return null;
        }
    }

    private void RemoveOld()
    {
        DateTime limit = DateTime.UtcNow - Lifetime;
        foreach (string group in Directory.GetDirectories(Path.Combine(root, Layout)))
        {
            if (Path.GetFileName(group) == "locks") continue;
            foreach (string entry in Directory.GetDirectories(group))
                if (Directory.GetLastWriteTimeUtc(entry) < limit) DeleteQuietly(entry);
        }
    }

    /// <summary>Deletes a folder; if somebody else was faster or holds a file of it, it stays for the next time.</summary>
    public static bool DeleteQuietly(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
