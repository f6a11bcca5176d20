using System.Globalization;
using Cim.Runtime;
using Cim.Tasks.Cache;
using Cim.Tasks.Diagnostics;
using Cim.Tasks.Files;
using Cim.Tasks.Options;
using Microsoft.Build.Framework;

namespace Cim.Tasks;

/// <summary>The cache of compiled models, and its lock while the compiler runs.</summary>
public abstract partial class CompilerTask
{
    private bool _warnedAboutCache;

    /// <summary>The lock this step holds while the compiler runs, so that its output shows those who wait that work goes on.</summary>
    private protected CacheLock? Held { get; set; }

    /// <summary>The cache, if there is one and the item may use it.</summary>
    private protected CompileCache? Cache(ResolvedOptions options) =>
        CacheDirectory.Length == 0 || options.WritesBeside ? null : new CompileCache(CacheDirectory);

    /// <summary>
    /// Takes the lock of a key, waiting for another build if need be. False if cancelled. <see cref="Held"/> is null afterwards where
    /// the cache cannot be used or the wait took too long (each with a warning): then the model is compiled without it.
    /// </summary>
    private protected bool TryHold(CompileCache cache, string key)
    {
        string purpose = $"which compiles '{Model.GetMetadata("Filename")}{Model.GetMetadata("Extension")}' for '{Project}'";
        try
        {
            Held = cache.TryLock(key, purpose);
            if (Held is not null) return true;
            LockWait wait = new(cache, key, purpose, _cancelled.WaitOne)
            {
                Limit = _lockLimit,
                Waiting = holder =>
                    Log.LogMessage(MessageImportance.High, "{0}", $"{ModelName}: waiting for another build: {holder}."),
            };
            Held = Yielding(wait.Run);
            if (wait.TimedOut)
            {
                string minutes = _lockLimit.TotalMinutes.ToString("0.##", CultureInfo.InvariantCulture);
                Log.Warn(ErrorCodes.LockTimeout, Model,
                    $"Another build holds '{cache.LockPath(key)}' and has shown no sign of life for {minutes} minutes: "
                        + $"{CacheLock.HolderOf(cache.LockPath(key))}. The model is compiled without waiting further. End that process if "
                        + $"it hangs, or set CimLockTimeout (minutes).");
            }
            return Held is not null || wait.TimedOut;
        }
        catch (Exception e) when (FileProblem.Is(e))
        {
            WarnAboutCache(e);
            return true;
        }
    }

    /// <summary>Frees the lock.</summary>
    private protected void Free()
    {
        Held?.Dispose();
        Held = null;
    }

    /// <summary>False once the cache was found to be unusable.</summary>
    private protected bool IsCacheUsable => !_warnedAboutCache;

    /// <summary>Warns once of a cache that cannot be used.</summary>
    private protected void WarnAboutCache(Exception e)
    {
        if (_warnedAboutCache) return;
        _warnedAboutCache = true;
        Log.Warn(ErrorCodes.CacheUnusable, Project,
            $"The cache folder '{CacheDirectory}' cannot be used ({e.Message}), so a clean build compiles '{Model.ItemSpec}' again. Set "
                + $"the property CimCacheDir to a writable folder with space, or to none.");
    }

    private protected void WarnAboutLock(string lockPath, Exception e) => Log.Warn(ErrorCodes.LockNotWritable, Model,
        $"The lock file '{lockPath}' cannot be written ({e.Message}); the model was compiled with its choices all the same. Make its "
            + $"folder writable for one build and commit the file, or name another with Lock.");

    /// <summary>
    /// Does something that waits while the build node is free for other projects. Who holds the lock may be a project of this very
    /// node, which gave it up while its compiler runs and needs it back to go on: without this the two would wait for each other.
    /// </summary>
    private T Yielding<T>(Func<T> wait)
    {
        if (BuildEngine is not IBuildEngine3 engine) return wait();
        engine.Yield();
        try
        {
            return wait();
        }
        finally
        {
            engine.Reacquire();
        }
    }
}
