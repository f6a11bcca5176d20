using System.Globalization;
using Cim.Compiler.Options;
using Cim.Runtime;
using Cim.Tasks.Cache;
using Cim.Tasks.Diagnostics;
using Cim.Tasks.Files;
using Cim.Tasks.Inputs;
using Cim.Tasks.Options;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace Cim.Tasks;

/// <summary>
/// Compiles one model: takes it from the cache, or starts the compiler and stores the result in the cache. Everything is made in a
/// temporary folder of the intermediate folder and moved at the end, so a failed or cancelled build leaves what was there before.
/// </summary>
[MSBuildMultiThreadableTask]
public sealed class CimCompile : CompilerTask
{
    private string _temporary = "";
    private ResolvedOptions? _options;
    private bool _forcesLock;
    private bool _wasDamaged;

    /// <summary>True: the lock file must fit, and is not written.</summary>
    public bool LockedMode { get; set; }

    /// <summary>
    /// True: where the result is not the one in a lock file that the item does not name, the lock is written anew with a warning. False
    /// (locked mode, and in CI): it is an error.
    /// </summary>
    public bool RefreshLock { get; set; }

    private protected override bool Execute(ResolvedOptions options, string toolId, InputState inputs)
    {
        // A searched lock was written anew by the step before.
        _forcesLock = ForceEvaluate && !options.KeepsSearch;
        _options = options;
        _temporary = TemporaryFolder();
        try
        {
            CompileCache? cache = Cache(options);
            if (cache is null) return Compile(options, toolId, inputs, null);
            string key = inputs.Key(toolId);
            if (TakeFrom(cache, key)) return Deliver(options, inputs, "taken from the cache");
            if (!TryHold(cache, key)) return false;
            if (TakeFrom(cache, key)) return Deliver(options, inputs, "compiled by another build meanwhile");
            return Compile(options, toolId, inputs, IsCacheUsable ? cache : null);
        }
        catch (Exception e) when (FileProblem.Is(e))
        {
            Log.Fail(ErrorCodes.CompilerCrashed, Model,
                $"The compiled model could not be written into the intermediate folder: {e.Message}");
            return false;
        }
        finally
        {
            Free();
            if (Directory.Exists(_temporary)) CompileCache.DeleteQuietly(_temporary);
        }
    }

    private protected override string? LastFile => Path.Combine(_temporary, CompiledModel.ModelName);

    private protected override void AppendSwitches(CommandLineBuilder line)
    {
        line.AppendSwitchIfNotNull("-o ", Path.Combine(_temporary, CompiledModel.ModelName));
        line.AppendSwitchIfNotNull("--report ", Path.Combine(_temporary, CompiledModel.ReportName));
        line.AppendSwitchIfNotNull("--dependencies ", Path.Combine(_temporary, CompiledModel.DependenciesName));
        // Outside the temporary folder: a training that is stopped goes on in the next build.
        if (_options?.Find(OptionTable.Training) is not null && _options.Find(OptionTable.TrainingCheckpoint) is null)
            line.AppendSwitchIfNotNull("--training-checkpoint ", Path.ChangeExtension(Model.GetMetadata("CompiledFile"), ".training"));
        // One time budget for both steps of a build.
        if (SearchRecord.Of(Model).Seconds is { } spent)
            line.AppendSwitchIfNotNull("--spent-seconds ", spent.ToString("0.###", CultureInfo.InvariantCulture));
        if (_forcesLock) line.AppendSwitch("--force-evaluate");
        else if (LockedMode && _options?.LockPath is not null) line.AppendSwitch("--locked");
        else if (RefreshLock && _options is { LockPath: not null, IsLockOwn: false }) line.AppendSwitch("--refresh-lock");
    }

    private bool TakeFrom(CompileCache cache, string key)
    {
        if (ForceEvaluate) return false;
        CacheAnswer answer = cache.Take(key, _temporary);
        if (answer == CacheAnswer.Damaged)
        {
            _wasDamaged = true;
            Log.LogMessage(MessageImportance.High, "{0}",
                $"{ModelName}: the cache holds a damaged copy ('{cache.EntryPath(key)}'), which is made again.");
        }
        return answer == CacheAnswer.Taken;
    }

    private bool Compile(ResolvedOptions options, string toolId, InputState inputs, CompileCache? cache)
    {
        Directory.CreateDirectory(_temporary);
        string? before = options.LockPath is { } lockPath && !File.Exists(lockPath) ? inputs.Key(toolId) : null;
        if (!RunCompiler()) return false;
        InputState after = InputsOf(options);
        string? changed = inputs.Difference(after) ?? inputs.Difference(Path.Combine(_temporary, CompiledModel.DependenciesName));
        CompiledModel.Complete(_temporary, inputs, Warnings, options.LockPath, toolId);
        if (changed is not null)
            Log.Warn(ErrorCodes.InputChanged, Model,
                $"'{changed}' changed while the model was compiled. The result is not kept in the cache, and the next build compiles "
                + $"again.");
        else if (cache is not null)
            Store(cache, before, after.Key(toolId));
        if (!Deliver(options, inputs, "compiled")) return false;
        if (changed is not null) OptionsStamp.MarkStale(Model.GetMetadata("OptionsFile"));
        return true;
    }

    // The compiler may have written the lock file: the next build asks with a key that knows it, another checkout with one that does not.
    private void Store(CompileCache cache, string? before, string after)
    {
        try
        {
            cache.Store(after, _temporary, replaces: ForceEvaluate || _wasDamaged);
            if (before is not null && before != after) cache.Store(before, _temporary, replaces: ForceEvaluate || _wasDamaged);
        }
        catch (Exception e) when (FileProblem.Is(e))
        {
            WarnAboutCache(e);
        }
    }

    private bool Deliver(ResolvedOptions options, InputState inputs, string how)
    {
        string optionsFile = Model.GetMetadata("OptionsFile");
        // Written before this step looked at the inputs: if they differ, the next build has to look again.
        bool isKnown = File.Exists(optionsFile) && File.ReadAllText(optionsFile).Contains(inputs.ToLines());
        if (options.LockPath is { } lockPath) RestoreLock(lockPath);
        OptionsStamp.Refresh(optionsFile, options);
        OptionsStamp.RefreshOutput(optionsFile, CompiledModel.HashOf(_temporary));
        CompiledModel.MoveTo(_temporary, Model, inputs);
        if (!isKnown) OptionsStamp.MarkStale(optionsFile);
        Log.LogMessage(MessageImportance.High, "{0}", $"{ModelName}: {how}.");
        SearchRecord.Of(Model).Delete();
        return true;
    }

    private void RestoreLock(string lockPath)
    {
        try
        {
            CompiledModel.RestoreLock(_temporary, lockPath);
        }
        catch (Exception e) when (FileProblem.Is(e))
        {
            WarnAboutLock(lockPath, e);
        }
    }
}
