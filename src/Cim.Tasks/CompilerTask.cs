using System.Globalization;
using System.Text;
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
/// A step of one model done by the compiler, in a process of its own (native code and minutes of work have no place in a build
/// node), with the cache of compiled models asked first.
/// </summary>
public abstract partial class CompilerTask : ToolTask, IDisposable
{
    private readonly ManualResetEvent _cancelled = new(false);
    private readonly List<string> _lastLines = [];
    private TimeSpan _lockLimit = TimeSpan.FromMinutes(15);

    /// <summary>The model, with the metadata <c>OptionsFile SignatureFile CompiledFile DiagnosticsFile ReportDirectory</c>.</summary>
    [Required]
    public ITaskItem Model { get; set; } = null!;

    /// <summary>The project, where errors are reported, and as the base of relative paths.</summary>
    [Required]
    public string Project { get; set; } = "";

    /// <summary>The compiler, <c>cim.dll</c>.</summary>
    [Required]
    public string CompilerPath { get; set; } = "";

    /// <summary>The file of restored packages, in which the compiler finds those of a training engine.</summary>
    public string AssetsFile { get; set; } = "";

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

    /// <summary>The model's name in messages: its class where the item names one, for a file may have several.</summary>
    private protected string ModelName =>
        Model.GetMetadata("Key") is { Length: > 0 } key ? key : Model.GetMetadata("Filename");

    private protected bool IsCancelled => _cancelled.WaitOne(0);

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
        if (AssetsFile.Length > 0 && ResolvedOptions.From(Model, Path.GetDirectoryName(Project)!, _ => { }) is { } options
            && options.Find(OptionTable.Engine) == "torch" && options.Find(OptionTable.EnginePackages) is null)
            line.AppendSwitchIfNotNull(OptionTable.EnginePackages.Flag + " ", AssetsFile);
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
        ShowProgress(singleLine);
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
}
