using System.Text;
using Cim.Runtime;
using Cim.Tasks.Cache;
using Cim.Tasks.Diagnostics;
using Cim.Tasks.Options;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace Cim.Tasks;

/// <summary>
/// Compiles one model: takes it from the cache, or starts the compiler in a process of its own (native code and minutes of
/// work have no place in a build node), stores the result in the cache, and copies it into the intermediate folder.
/// </summary>
[MSBuildMultiThreadableTask]
public sealed class CimCompile : ToolTask, IDisposable
{
    private readonly ManualResetEvent _cancelled = new(false);
    private readonly List<string> _warnings = [];
    private readonly List<string> _lastLines = [];
    private string _temporary = "";

    /// <summary>The model, with the metadata <c>OptionsFile SignatureFile CompiledFile DiagnosticsFile ReportDirectory</c>.</summary>
    [Required]
    public ITaskItem Model { get; set; } = null!;

    /// <summary>The project, for the place of errors and as the base of relative paths.</summary>
    [Required]
    public string Project { get; set; } = "";

    /// <summary>The compiler, <c>cim.dll</c>.</summary>
    [Required]
    public string CompilerPath { get; set; } = "";

    /// <summary>The version of the package.</summary>
    [Required]
    public string SdkVersion { get; set; } = "";

    /// <summary>The folder of the cache; empty: none.</summary>
    public string CacheDirectory { get; set; } = "";

    /// <summary>The <c>dotnet</c> this build runs on.</summary>
    public string DotnetHostPath { get; set; } = "";

    /// <summary>True: compile even if the cache has the result.</summary>
    public bool ForceEvaluate { get; set; }

    /// <inheritdoc/>
    protected override string ToolName => "dotnet";

    // Progress of the compiler is for '-v:d'; errors and warnings are found in the text whatever its importance.
    /// <inheritdoc/>
    protected override MessageImportance StandardErrorLoggingImportance => MessageImportance.Normal;

    /// <inheritdoc/>
    protected override MessageImportance StandardOutputLoggingImportance => MessageImportance.Low;

    /// <inheritdoc/>
    protected override Encoding StandardErrorEncoding => Encoding.UTF8;

    /// <inheritdoc/>
    protected override Encoding StandardOutputEncoding => Encoding.UTF8;

    /// <inheritdoc/>
    public override bool Execute()
    {
        YieldDuringToolExecution = true;
        ResolvedOptions options = ResolvedOptions.From(Model, Path.GetDirectoryName(Project)!, _ => { });
        string toolId = CompilerTool.Identify(CompilerPath, SdkVersion);
        string key;
        try
        {
            key = CacheKey.Of(options, ModelFiles.External(options.ModelPath, Model.GetMetadata("SignatureFile")), toolId);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.Fail(ErrorCodes.FileNotReadable, options.ModelPath, $"An input of the model cannot be read: {e.Message}");
            return false;
        }
        return CacheDirectory.Length > 0 && TryOpenCache(key) is { } cache
            ? ExecuteCached(cache, key, options, toolId)
            : ExecuteUncached(options, toolId);
    }

    /// <inheritdoc/>
    public override void Cancel()
    {
        _cancelled.Set();
        base.Cancel();
    }

    /// <summary>Frees the wait handle.</summary>
    public void Dispose() => _cancelled.Dispose();

    /// <inheritdoc/>
    protected override string GenerateFullPathToTool() => CompilerTool.DotnetHost(DotnetHostPath);

    /// <inheritdoc/>
    protected override string GenerateCommandLineCommands()
    {
        CommandLineBuilder line = new();
        line.AppendFileNameIfNotNull(CompilerPath);
        line.AppendSwitch("compile");
        line.AppendSwitchIfNotNull("@", Model.GetMetadata("OptionsFile"));
        line.AppendSwitchIfNotNull("-o ", Path.Combine(_temporary, CompiledModel.ModelName));
        line.AppendSwitchIfNotNull("--report ", Path.Combine(_temporary, CompiledModel.ReportName));
        if (ForceEvaluate) line.AppendSwitch("--force-evaluate");
        return line.ToString();
    }

    /// <inheritdoc/>
    protected override void LogEventsFromTextOutput(string singleLine, MessageImportance messageImportance)
    {
        // Warnings go to the diagnostics file and are logged from there, now and on every build that skips the compiler.
        if (CompilerOutput.IsWarning(singleLine)) _warnings.Add(singleLine);
        else base.LogEventsFromTextOutput(singleLine, messageImportance);
        _lastLines.Add(singleLine);
        if (_lastLines.Count > 5) _lastLines.RemoveAt(0);
    }

    /// <inheritdoc/>
    protected override bool HandleTaskExecutionErrors()
    {
        foreach (string warning in _warnings) Log.LogMessageFromText(warning, MessageImportance.Normal);
        if (!Log.HasLoggedErrors && !_cancelled.WaitOne(0))
        {
            string said = _lastLines.Count == 0 ? "It said nothing" : "Its last lines: " + string.Join(" | ", _lastLines);
            Log.Fail(ErrorCodes.CompilerCrashed, Model.GetMetadata("FullPath"),
                $"The compiler ended with exit code {ExitCode} without an error message. {said}. Run it by hand: dotnet \"{CompilerPath}\" compile @\"{Model.GetMetadata("OptionsFile")}\" -o out.cim");
        }
        return false;
    }

    private CompileCache? TryOpenCache(string key)
    {
        CompileCache cache = new(CacheDirectory);
        try
        {
            cache.TryLock(key)?.Dispose();
            return cache;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            if (cache.Find(key) is not null) return cache;
            Log.Warn(ErrorCodes.CacheUnusable, Project, $"The cache folder '{CacheDirectory}' cannot be used ({e.Message}), so the model is compiled anew in every clean build. Set the property CimCacheDir to a writable folder.");
            return null;
        }
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
            if (!base.Execute()) return false;
            CompiledModel.Complete(_temporary, options.ModelPath, _warnings, options.LockPath, toolId);
            // The compiler may have written the lock file: the next build then asks with a key that knows it.
            string after = CacheKey.Of(options, ModelFiles.External(options.ModelPath, Model.GetMetadata("SignatureFile")), toolId);
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
            if (!base.Execute()) return false;
            CompiledModel.Complete(_temporary, options.ModelPath, _warnings, options.LockPath, toolId);
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

    private IDisposable? WaitForLock(CompileCache cache, string key)
    {
        bool told = false;
        while (!_cancelled.WaitOne(0))
        {
            if (cache.TryLock(key) is { } held) return held;
            if (!told) Log.LogMessage(MessageImportance.High, "Waiting for another build that compiles the same model.");
            told = true;
            _cancelled.WaitOne(100);
        }
        return null;
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
