using Cim.Tasks.Cache;
using Cim.Tasks.Options;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace Cim.Tasks;

/// <summary>
/// Searches the precisions of one model and writes them into its lock file, from which the compilation takes them. A step of its
/// own, because it may take minutes and the live line of a build shows nothing but the name of a step. There is nothing to do
/// without a search, without a lock file to keep its result, where the lock file is there already, or where the cache knows the result.
/// </summary>
[MSBuildMultiThreadableTask]
public sealed class CimSearch : CompilerTask
{
    private protected override bool Execute(ResolvedOptions options, string toolId, string key)
    {
        if (!options.KeepsSearch || IsDone(options.LockPath!)) return true;
        if (CacheDirectory.Length == 0 || TryOpenCache(key) is not { } cache) return Search(options);
        if (!ForceEvaluate && cache.Find(key) is { } ready)
        {
            CompiledModel.RestoreLock(ready, options.LockPath!);
            LockStamp.Refresh(Model.GetMetadata("OptionsFile"), options.LockPath!);
            return true;
        }
        using IDisposable? held = WaitForLock(cache, key);
        return held is not null && (IsDone(options.LockPath!) || Search(options));
    }

    private protected override void AppendSwitches(CommandLineBuilder line)
    {
        line.AppendSwitch("--lock-only");
        if (ForceEvaluate) line.AppendSwitch("--force-evaluate");
    }

    private bool IsDone(string lockPath) => !ForceEvaluate && File.Exists(lockPath);

    private bool Search(ResolvedOptions options)
    {
        if (!RunCompiler()) return false;
        foreach (string warning in Warnings) Log.LogMessageFromText(warning, MessageImportance.Normal);
        LockStamp.Refresh(Model.GetMetadata("OptionsFile"), options.LockPath!);
        return true;
    }
}
