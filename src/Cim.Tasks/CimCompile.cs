using Cim.Runtime;
using Cim.Tasks.Cache;
using Cim.Tasks.Diagnostics;
using Cim.Tasks.Options;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace Cim.Tasks;

/// <summary>
/// Compiles one model: takes it from the cache, or starts the compiler, stores the result in the cache, and copies it into the
/// intermediate folder.
/// </summary>
[MSBuildMultiThreadableTask]
public sealed class CimCompile : CompilerTask
{
    private string _temporary = "";
    private bool _forcesLock;

    private protected override bool Execute(ResolvedOptions options, string toolId, string key)
    {
        // A searched lock was written anew by the step before.
        _forcesLock = ForceEvaluate && !options.KeepsSearch;
        return CacheDirectory.Length > 0 && TryOpenCache(key) is { } cache
            ? ExecuteCached(cache, key, options, toolId)
            : ExecuteUncached(options, toolId);
    }

    private protected override void AppendSwitches(CommandLineBuilder line)
    {
        line.AppendSwitchIfNotNull("-o ", Path.Combine(_temporary, CompiledModel.ModelName));
        line.AppendSwitchIfNotNull("--report ", Path.Combine(_temporary, CompiledModel.ReportName));
        // Outside the temporary folder: a training that is stopped goes on in the next build.
        if (Model.GetMetadata("Training").Trim().Length > 0)
            line.AppendSwitchIfNotNull("--training-checkpoint ", Path.ChangeExtension(Model.GetMetadata("CompiledFile"), ".training"));
        if (_forcesLock) line.AppendSwitch("--force-evaluate");
    }

    private bool ExecuteCached(CompileCache cache, string key, ResolvedOptions options, string toolId)
    {
        if (!ForceEvaluate && cache.Find(key) is { } ready) return Deliver(ready, options, "taken from the cache");
        using IDisposable? held = WaitForLock(cache, key);
        if (held is null) return false;
        if (!ForceEvaluate && cache.Find(key) is { } made) return Deliver(made, options, "compiled by another build meanwhile");

        _temporary = cache.CreateTemporary();
        try
        {
            if (!RunCompiler()) return false;
            CompiledModel.Complete(_temporary, options.ModelPath, Warnings, options.LockPath, toolId);
            // The compiler may have written the lock file: the next build then asks with a key that knows it.
            string after = KeyOf(options, toolId);
            if (!Deliver(_temporary, options, "compiled")) return false;
            cache.Store(options.LockPath is null ? key : after, _temporary);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.Fail(ErrorCodes.CompilerCrashed, Model.GetMetadata("FullPath"), $"The compiled model could not be stored: {e.Message}");
            return false;
        }
        finally
        {
            if (Directory.Exists(_temporary)) CompileCache.DeleteQuietly(_temporary);
        }
    }

    private bool ExecuteUncached(ResolvedOptions options, string toolId)
    {
        _temporary = Path.Combine(Path.GetDirectoryName(Model.GetMetadata("CompiledFile"))!, "tmp-" + Guid.NewGuid().ToString("N"));
        try
        {
            Directory.CreateDirectory(_temporary);
            if (!RunCompiler()) return false;
            CompiledModel.Complete(_temporary, options.ModelPath, Warnings, options.LockPath, toolId);
            return Deliver(_temporary, options, "compiled");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.Fail(ErrorCodes.CompilerCrashed, Model.GetMetadata("FullPath"), $"The compiled model could not be written: {e.Message}");
            return false;
        }
        finally
        {
            if (Directory.Exists(_temporary)) CompileCache.DeleteQuietly(_temporary);
        }
    }

    private bool Deliver(string folder, ResolvedOptions options, string how)
    {
        try
        {
            if (options.LockPath is { } lockPath)
            {
                CompiledModel.RestoreLock(folder, lockPath);
                LockStamp.Refresh(Model.GetMetadata("OptionsFile"), lockPath);
            }
            CompiledModel.CopyTo(folder, Model);
            string summary = CompiledModel.Summary(folder);
            Log.LogMessage(MessageImportance.High, "{0}", $"{Model.GetMetadata("Filename")}: {how}{summary}. Report: {Path.Combine(Model.GetMetadata("ReportDirectory"), "report.html")}");
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.Fail(ErrorCodes.CompilerCrashed, Model.GetMetadata("FullPath"), $"The compiled model could not be put into the intermediate folder: {e.Message}");
            return false;
        }
    }
}
