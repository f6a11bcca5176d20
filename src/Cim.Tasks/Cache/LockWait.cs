using System.Diagnostics;

namespace Cim.Tasks.Cache;

/// <summary>
/// Waits for the lock of a key. The wait ends: with the lock, when it is cancelled, or when the holder has shown no sign of life for
/// the time allowed; whoever waited then goes on without the lock, which costs work done twice and nothing else.
/// </summary>
/// <param name="cache">The cache.</param>
/// <param name="key">The key.</param>
/// <param name="purpose">What the lock is wanted for.</param>
/// <param name="pause">Waits some milliseconds; true if cancelled.</param>
internal sealed class LockWait(CompileCache cache, string key, string purpose, Func<int, bool> pause)
{
    private static readonly TimeSpan _reminder = TimeSpan.FromMinutes(1);

    /// <summary>How long a holder may show no sign of life.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Called with who holds the lock, when waiting begins and then every minute.</summary>
    public Action<string> Waiting { get; init; } = _ => { };

    /// <summary>True afterwards if the time allowed ran out.</summary>
    public bool TimedOut { get; private set; }

    /// <summary>The lock; null if cancelled or timed out.</summary>
    public CacheLock? Run()
    {
        string path = cache.LockPath(key);
        Stopwatch sinceSign = Stopwatch.StartNew(), sinceShown = Stopwatch.StartNew();
        DateTime sign = CacheLock.SignOf(path);
        Waiting(CacheLock.HolderOf(path));
        while (!pause(100))
        {
            if (cache.TryLock(key, purpose) is { } held) return held;
            if (CacheLock.SignOf(path) is var now && now != sign)
            {
                sign = now;
                sinceSign.Restart();
            }
            if (sinceSign.Elapsed > Limit)
            {
                TimedOut = true;
                return null;
            }
            if (sinceShown.Elapsed > _reminder)
            {
                Waiting(CacheLock.HolderOf(path));
                sinceShown.Restart();
            }
        }
        return null;
    }
}
