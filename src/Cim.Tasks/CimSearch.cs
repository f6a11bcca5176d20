using System.Diagnostics;
using Cim.Compiler.Options;
using Cim.Runtime;
using Cim.Tasks.Cache;
using Cim.Tasks.Files;
using Cim.Tasks.Inputs;
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
    private ResolvedOptions? _options;
    private bool _refreshes;

    /// <summary>
    /// True: a lock file that the item does not name, and that was made from other inputs, is searched anew with a warning. False
    /// (locked mode, and in CI): it is an error.
    /// </summary>
    public bool RefreshLock { get; set; }

    private protected override bool Execute(ResolvedOptions options, string toolId, InputState inputs)
    {
        _options = options;
        _refreshes = RefreshLock && !options.IsLockOwn && !ForceEvaluate;
        if (!options.KeepsSearch || IsDone(options.LockPath!)) return true;
        if (Cache(options) is not { } cache) return Search(options);
        string key = inputs.Key(toolId);
        try
        {
            if (!ForceEvaluate && TakeLock(cache, key, options)) return true;
            if (!TryHold(cache, key)) return false;
            return IsDone(options.LockPath!) || Search(options);
        }
        finally
        {
            Free();
        }
    }

    private protected override string? LastFile => _refreshes || ForceEvaluate ? null : _options?.LockPath;

    private protected override void AppendSwitches(CommandLineBuilder line)
    {
        line.AppendSwitch("--lock-only");
        // Survives a killed build, unlike the temporary folder of the compilation.
        if (_options?.Find(OptionTable.TrialLog) is null)
            line.AppendSwitchIfNotNull("--trial-log ", Path.ChangeExtension(Model.GetMetadata("CompiledFile"), ".trials.json"));
        if (ForceEvaluate) line.AppendSwitch("--force-evaluate");
        if (_refreshes) line.AppendSwitch("--refresh-lock");
    }

    private bool IsDone(string lockPath) => !ForceEvaluate && !_refreshes && File.Exists(lockPath);

    /// <summary>A model that the cache knows needs no search, and its lock file comes along.</summary>
    private bool TakeLock(CompileCache cache, string key, ResolvedOptions options)
    {
        string temporary = TemporaryFolder();
        try
        {
            if (cache.Take(key, temporary) != CacheAnswer.Taken) return false;
            CompiledModel.RestoreLock(temporary, options.LockPath!);
            OptionsStamp.Refresh(Model.GetMetadata("OptionsFile"), options);
        }
        catch (Exception e) when (FileProblem.Is(e))
        {
            WarnAboutLock(options.LockPath!, e);
        }
        finally
        {
            if (Directory.Exists(temporary)) CompileCache.DeleteQuietly(temporary);
        }
        return true;
    }

    private bool Search(ResolvedOptions options)
    {
        Stopwatch time = Stopwatch.StartNew();
        if (!RunCompiler()) return false;
        // The others hold for the result, too, and are warned of by the compilation, now and in later builds.
        foreach (string warning in Warnings.Where(w => w.Contains(ErrorCodes.LockMismatch)))
            Log.LogMessageFromText(warning, MessageImportance.Normal);
        SearchRecord.Of(Model).Write(time.Elapsed);
        OptionsStamp.Refresh(Model.GetMetadata("OptionsFile"), options);
        return true;
    }
}
