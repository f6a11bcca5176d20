using System.Globalization;
using Cim.Tasks.Files;

namespace Cim.Tasks.Cache;

/// <summary>
/// Compiled models by the content they were made from. An entry is a folder that appears by one rename, so it is whole or absent, with a
/// list of hashes that is checked when it is served. A lock makes builds that want the same model at the same time compile it once;
/// where it does not hold (a file system without locks), they compile twice and the first entry stays.
/// </summary>
internal sealed class CompileCache(string root)
{
    // The layout of an entry. A change of layout gets a new number, and old entries are left to their age.
    private const string Layout = "v1";

    // Entries nobody used for so long are removed when a new one is stored; what a killed build left, earlier.
    private static readonly TimeSpan _lifetime = TimeSpan.FromDays(30), _temporaryLifetime = TimeSpan.FromDays(1);

    /// <summary>Where the entry of a key is, or would be.</summary>
    public string EntryPath(string key) => Path.Combine(root, Layout, key.Substring(0, 2), key);

    /// <summary>The lock file of a key; a fixed number of them, so that the folder does not grow.</summary>
    public string LockPath(string key) => Path.Combine(root, Layout, "locks", key.Substring(0, 3) + ".lock");

    /// <summary>Copies the entry of a key into a new folder.</summary>
    /// <param name="key">The key.</param>
    /// <param name="target">The folder; it is not there afterwards unless the result is <see cref="CacheAnswer.Taken"/>.</param>
    public CacheAnswer Take(string key, string target)
    {
        string entry = EntryPath(key);
        if (!Directory.Exists(entry)) return CacheAnswer.Missing;
        CacheAnswer answer = CacheAnswer.Damaged;
        try
        {
            Directory.CreateDirectory(target);
            if (EntryManifest.TryCopy(entry, key, target)) answer = CacheAnswer.Taken;
            else DeleteQuietly(entry);
        }
        catch (Exception e) when (FileProblem.Is(e))
        {
            // Unreadable, or removed meanwhile; or the copy cannot be written, and then the compilation says so.
        }
        if (answer == CacheAnswer.Taken) MarkUsed(entry);
        else DeleteQuietly(target);
        return answer;
    }

    /// <summary>Stores a copy of a compiled model. Call it while holding the key's lock.</summary>
    /// <param name="key">The key.</param>
    /// <param name="compiled">The folder to copy.</param>
    /// <param name="replaces">True: an entry that is there is replaced; false: it stays, because it is the same.</param>
    /// <exception cref="IOException">The cache cannot be written; nothing half-written stays.</exception>
    public void Store(string key, string compiled, bool replaces)
    {
        string entry = EntryPath(key), temporary = TemporaryPath();
        try
        {
            Copy(compiled, temporary);
            EntryManifest.Write(temporary, key);
            Directory.CreateDirectory(Path.GetDirectoryName(entry)!);
            // Renamed away first: who reads it sees a whole entry or none.
            if (replaces && Directory.Exists(entry)) Directory.Move(entry, TemporaryPath());
            if (!Directory.Exists(entry)) Directory.Move(temporary, entry);
        }
        catch (IOException) when (
            Directory.Exists(entry) && Directory.Exists(temporary) && File.Exists(Path.Combine(temporary, EntryManifest.Name)))
        {
            // Another build was faster.
        }
        finally
        {
            if (Directory.Exists(temporary)) DeleteQuietly(temporary);
        }
        RemoveOld();
    }

    /// <summary>The lock of a key, or null if another process holds it.</summary>
    /// <exception cref="IOException">The cache cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The cache cannot be written.</exception>
    public CacheLock? TryLock(string key, string purpose)
    {
        string path = LockPath(key);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return CacheLock.TryTake(path, purpose);
    }

    /// <summary>Deletes a folder; if somebody else was faster or holds a file of it, it stays for the next time.</summary>
    public static bool DeleteQuietly(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
            return true;
        }
        catch (Exception e) when (FileProblem.Is(e))
        {
            return false;
        }
    }

    /// <summary>Removes folders of a kind that nobody touched for a while; what cannot be removed stays.</summary>
    public static void RemoveOlder(string parent, string pattern, TimeSpan age)
    {
        try
        {
            foreach (string folder in Directory.GetDirectories(parent, pattern))
                if (DateTime.UtcNow - Directory.GetLastWriteTimeUtc(folder) > age) DeleteQuietly(folder);
        }
        catch (Exception e) when (FileProblem.Is(e))
        {
            // Housekeeping never costs a build.
        }
    }

    /// <summary>What a killed build left in its intermediate folder.</summary>
    public static void RemoveAbandoned(string folder) => RemoveOlder(folder, "*" + TemporarySuffix + "*", _temporaryLifetime);

    /// <summary>How the names of temporary folders in the intermediate folder go on after the name of the model.</summary>
    public const string TemporarySuffix = ".tmp-";

    private string TemporaryPath() =>
        Path.Combine(
        root, Layout, "tmp", DateTime.UtcNow.ToString("yyyyMMdd", CultureInfo.InvariantCulture) + "-" + Guid.NewGuid().ToString("N"));

    private static void MarkUsed(string entry)
    {
        try
        {
            Directory.SetLastWriteTimeUtc(entry, DateTime.UtcNow);
        }
        catch (Exception e) when (FileProblem.Is(e))
        {
            // A read-only cache, say of a CI machine, still serves; it only cannot remember that it was used.
        }
    }

    private static void Copy(string source, string target)
    {
        Directory.CreateDirectory(target);
        foreach (string file in Directory.GetFiles(source)) File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
        foreach (string folder in Directory.GetDirectories(source)) Copy(folder, Path.Combine(target, Path.GetFileName(folder)));
    }

    private void RemoveOld()
    {
        try
        {
            foreach (string group in Directory.GetDirectories(Path.Combine(root, Layout)))
            {
                if (Path.GetFileName(group) == "locks") continue;
                RemoveOlder(group, "*", Path.GetFileName(group) == "tmp" ? _temporaryLifetime : _lifetime);
            }
        }
        catch (Exception e) when (FileProblem.Is(e))
        {
            // Housekeeping never costs a build.
        }
    }
}

/// <summary>What the cache says when it is asked for an entry.</summary>
internal enum CacheAnswer
{
    /// <summary>There is no such entry.</summary>
    Missing,

    /// <summary>The entry was copied.</summary>
    Taken,

    /// <summary>The entry was not what its list says, and was removed if that was possible; or it cannot be read.</summary>
    Damaged,
}
