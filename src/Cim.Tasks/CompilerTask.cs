using System.Text;
using Cim.Runtime;
using Cim.Tasks.Cache;
using Cim.Tasks.Diagnostics;
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

    private protected List<string> Warnings { get; } = [];

    private protected bool IsCancelled => _cancelled.WaitOne(0);

    /// <inheritdoc/>
    public override bool Execute()
    {
        YieldDuringToolExecution = true;
        ResolvedOptions options = ResolvedOptions.From(Model, Path.GetDirectoryName(Project)!, _ => { });
        string toolId = CompilerTool.Identify(CompilerPath, SdkVersion);
        try
        {
            return Execute(options, toolId, KeyOf(options, toolId));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.Fail(ErrorCodes.FileNotReadable, options.ModelPath, $"An input of the model cannot be read: {e.Message}");
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

    private protected abstract bool Execute(ResolvedOptions options, string toolId, string key);

    /// <summary>Starts the compiler and waits for it.</summary>
    private protected bool RunCompiler() => base.Execute();

    /// <summary>What the result depends on, as it is now.</summary>
    private protected string KeyOf(ResolvedOptions options, string toolId) =>
        CacheKey.Of(options, ModelFiles.External(options.ModelPath, Model.GetMetadata("SignatureFile")), toolId);

    /// <inheritdoc/>
    protected override string GenerateFullPathToTool() => CompilerTool.DotnetHost(DotnetHostPath);

    /// <inheritdoc/>
    protected override string GenerateCommandLineCommands()
    {
        CommandLineBuilder line = new();
        line.AppendFileNameIfNotNull(CompilerPath);
        line.AppendSwitch("compile");
        line.AppendSwitchIfNotNull("@", Model.GetMetadata("OptionsFile"));
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
            Log.Fail(ErrorCodes.CompilerCrashed, Model.GetMetadata("FullPath"),
                $"The compiler ended with exit code {ExitCode} without an error message. {said}. Run it by hand: dotnet \"{CompilerPath}\" compile @\"{Model.GetMetadata("OptionsFile")}\" -o out.cim");
        }
        return false;
    }

    /// <summary>The cache, or null (with a warning) if its folder cannot be used for this key.</summary>
    private protected CompileCache? TryOpenCache(string key)
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

    /// <summary>Waits until no other build compiles the same; null if cancelled.</summary>
    private protected IDisposable? WaitForLock(CompileCache cache, string key)
    {
        bool told = false;
        while (!IsCancelled)
        {
            if (cache.TryLock(key) is { } held) return held;
            if (!told) Log.LogMessage(MessageImportance.High, "Waiting for another build that compiles the same model.");
            told = true;
            _cancelled.WaitOne(100);
        }
        return null;
    }
}
