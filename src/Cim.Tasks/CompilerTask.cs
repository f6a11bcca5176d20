using System.Globalization;
using System.Text;
using Cim.Runtime;
using Cim.Tasks.Cache;
using Cim.Tasks.Diagnostics;
using Cim.Tasks.Inputs;
using Cim.Tasks.Options;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace Cim.Tasks;

/// <summary>
/// A step of one model done by the compiler, in a process of its own (native code and minutes of work have no place in a build
/// node), with the cache of compiled models asked first.
/// </summary>
public abstract class CompilerTask : ToolTask, IDisposable
{
    private readonly ManualResetEvent _cancelled = new(false);
    private readonly List<string> _lastLines = [];
    private bool _warnedAboutCache;
    private TimeSpan _lockLimit = TimeSpan.FromMinutes(15);

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

    /// <summary>Minutes without a sign of life after which a build no longer waits for another that compiles the same; 15 if
    /// empty.</summary>
    public string LockTimeout { get; set; } = "";

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

    private protected List<string> Warnings { get; } = [];

    private protected bool IsCancelled => _cancelled.WaitOne(0);

    /// <summary>The lock this step holds while the compiler runs, so that its output shows those who wait that work goes on.</summary>
    private protected CacheLock? Held { get; set; }

    /// <inheritdoc/>
    public override bool Execute()
    {
        YieldDuringToolExecution = true;
        ResolvedOptions options = ResolvedOptions.From(Model, Path.GetDirectoryName(Project)!, _ => { });
        if (LockTimeout.Trim().Length > 0)
        {
            if (!double.TryParse(LockTimeout, NumberStyles.Float, CultureInfo.InvariantCulture, out double minutes)
                || !(minutes is >= 0 and <= 100_000))
            {
                Log.Fail(ErrorCodes.InvalidMetadata, Project,
                    $"The property CimLockTimeout is '{LockTimeout}': expected minutes, 0 or more.");
                return false;
            }
            _lockLimit = TimeSpan.FromMinutes(minutes);
        }
        string toolId = CompilerTool.Identify(CompilerPath, SdkVersion);
        try
        {
            return Execute(options, toolId, InputsOf(options));
        }
        catch (Exception e) when (FileProblem.Is(e))
        {
            Log.Fail(ErrorCodes.FileNotReadable, Model, $"An input of the model cannot be read: {e.Message}");
            return false;
        }
    }

    /// <inheritdoc/>
    public override void Cancel()
    {
        _cancelled.Set();
        base.Cancel();
    }

    /// <summary>Frees the wait handle.</summary>
    public void Dispose()
    {
        _cancelled.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected abstract bool Execute(ResolvedOptions options, string toolId, InputState inputs);

    /// <summary>Starts the compiler and waits for it.</summary>
    private protected bool RunCompiler() => base.Execute();

    /// <summary>What the result depends on, as it is now.</summary>
    private protected InputState InputsOf(ResolvedOptions options) =>
        InputState.Of(options, FileHashes.Beside(Model.GetMetadata("OptionsFile")));

    /// <summary>A new folder in the intermediate folder, on the same disk as what is made from it.</summary>
    private protected string TemporaryFolder() =>
        Path.ChangeExtension(Model.GetMetadata("CompiledFile"), null) + CompileCache.TemporarySuffix + Guid.NewGuid().ToString("N");

    // Relative paths of additional options start where those of the item do.
    /// <inheritdoc/>
    protected override string GetWorkingDirectory() => Path.GetDirectoryName(Project)!;

    /// <inheritdoc/>
    protected override string GenerateFullPathToTool() => CompilerTool.DotnetHost(DotnetHostPath);

    /// <inheritdoc/>
    protected override string GenerateCommandLineCommands()
    {
        CommandLineBuilder line = new();
        line.AppendFileNameIfNotNull(CompilerPath);
        line.AppendSwitch("compile");
        line.AppendSwitchIfNotNull("@", Model.GetMetadata("OptionsFile"));
        line.AppendSwitch("--in-build");
        AppendSwitches(line);
        return line.ToString();
    }

    private protected abstract void AppendSwitches(CommandLineBuilder line);

    /// <inheritdoc/>
    protected override void LogEventsFromTextOutput(string singleLine, MessageImportance messageImportance)
    {
        // Warnings go to the diagnostics file and are logged from there, now and on every build that skips the compiler.
        if (CompilerOutput.IsWarning(singleLine)) Warnings.Add(singleLine);
        else base.LogEventsFromTextOutput(singleLine, messageImportance);
        Held?.ShowSign();
        _lastLines.Add(singleLine);
        if (_lastLines.Count > 5) _lastLines.RemoveAt(0);
    }

    /// <inheritdoc/>
    protected override bool HandleTaskExecutionErrors()
    {
        foreach (string warning in Warnings) Log.LogMessageFromText(warning, MessageImportance.Normal);
        if (!Log.HasLoggedErrors && !IsCancelled)
        {
            string said = _lastLines.Count == 0 ? "It said nothing" : "Its last lines: " + string.Join(" | ", _lastLines);
            Log.Fail(ErrorCodes.CompilerCrashed, Model,
                $"The compiler ended with exit code {ExitCode} without an error message. {said}. Run it by hand: dotnet "
                    + $"\"{CompilerPath}\" compile @\"{Model.GetMetadata("OptionsFile")}\" -o out.cim");
        }
        return false;
    }

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
                    Log.LogMessage(MessageImportance.High, "{0}", $"{Model.GetMetadata("Filename")}: waiting for another build: {holder}."),
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
