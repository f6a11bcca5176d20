using System.Globalization;
using System.Text;
using Cim.Runtime;
using Cim.Tasks.Diagnostics;
using Cim.Tasks.Options;
using Microsoft.Build.Framework;
using MSBuildTask = Microsoft.Build.Utilities.Task;

namespace Cim.Tasks;

/// <summary>
/// Checks the metadata of every <c>CimModel</c> item and writes one options file a model: the compiler's response file plus
/// a line for each further input (size and time). It is written only when its text changes, so its own time tells the build
/// whether to compile.
/// </summary>
[MSBuildMultiThreadableTask]
public sealed class CimOptions : MSBuildTask
{
    /// <summary>The models, each with the metadata <c>OptionsFile</c> and <c>SignatureFile</c> beside the user's own.</summary>
    [Required]
    public ITaskItem[] Models { get; set; } = [];

    /// <summary>The project, for the place of errors and as the base of relative paths.</summary>
    [Required]
    public string Project { get; set; } = "";

    /// <summary>The namespace of classes whose item names none.</summary>
    public string RootNamespace { get; set; } = "";

    /// <summary>The compiler, <c>cim.dll</c>.</summary>
    [Required]
    public string ToolPath { get; set; } = "";

    /// <summary>The version of the package.</summary>
    [Required]
    public string SdkVersion { get; set; } = "";

    /// <summary>True: a model whose item names a lock file must have it.</summary>
    public bool LockedMode { get; set; }

    /// <inheritdoc/>
    public override bool Execute()
    {
        string directory = Path.GetDirectoryName(Project)!;
        if (!File.Exists(ToolPath))
        {
            Log.Fail(ErrorCodes.CompilerMissing, Project, $"The compiler '{ToolPath}' is not there: the Cim.Sdk package is damaged. Delete it from the NuGet packages folder and restore again.");
            return false;
        }
        string toolId = CompilerTool.Identify(ToolPath, SdkVersion);
        Dictionary<string, string> classes = new(StringComparer.OrdinalIgnoreCase);
        foreach (ITaskItem model in Models)
        {
            int before = 0;
            ResolvedOptions options = ResolvedOptions.From(model, directory, wrong =>
            {
                before++;
                Log.Fail(ErrorCodes.InvalidMetadata, Project, $"CimModel '{model.ItemSpec}': {wrong}");
            });
            WarnAboutTypos(model);
            CheckClass(model, options, classes);
            CheckFiles(model, options);
            if (before == 0 && !Log.HasLoggedErrors) Write(model, options, toolId);
        }
        return !Log.HasLoggedErrors;
    }

    private void WarnAboutTypos(ITaskItem model)
    {
        foreach (string name in model.CloneCustomMetadata().Keys)
        {
            if (Spelling.NearMiss(name, ModelMetadata.All.Select(m => m.Name)) is { } meant)
                Log.Warn(ErrorCodes.UnknownMetadata, Project, $"CimModel '{model.ItemSpec}': the metadata '{name}' is unknown and has no effect. Did you mean '{meant}'?");
        }
    }

    private void CheckClass(ITaskItem model, ResolvedOptions options, Dictionary<string, string> classes)
    {
        string space = model.GetMetadata("Namespace") is { Length: > 0 } own ? own : RootNamespace;
        string name = space.Length == 0 ? options.ClassName : space + "." + options.ClassName;
        if (classes.TryGetValue(name, out string? other))
            Log.Fail(ErrorCodes.DuplicateClass, Project, $"CimModel '{model.ItemSpec}' and '{other}' both give the class '{name}'. Set ClassName (or Namespace) on one of them.");
        else classes.Add(name, model.ItemSpec);
    }

    private void CheckFiles(ITaskItem model, ResolvedOptions options)
    {
        foreach ((string flag, string path) in options.FlaggedFiles)
        {
            if (File.Exists(path)) continue;
            string metadata = ModelMetadata.All.First(m => m.Flag == flag).Name;
            Log.Fail(ErrorCodes.FileNotReadable, Project, $"CimModel '{model.ItemSpec}': the file '{path}' of {metadata} does not exist. Paths are relative to the project.");
        }
        if (LockedMode && options.LockPath is { } lockPath && !File.Exists(lockPath))
            Log.Fail(ErrorCodes.LockMissing, Project, $"CimModel '{model.ItemSpec}': CimLockedMode is on, but the lock file '{lockPath}' does not exist. Build once without it and commit the lock file.");
    }

    private static void Write(ITaskItem model, ResolvedOptions options, string toolId)
    {
        StringBuilder text = new(options.ToResponseFile(toolId));
        IEnumerable<string> files = options.Files
            .Concat(options.Files.SelectMany(DataFiles.LabelsBeside))
            .Concat(ModelFiles.External(options.ModelPath, model.GetMetadata("SignatureFile")));
        foreach (string file in files)
        {
            FileInfo info = new(file);
            text.Append("# Input ").Append(file).Append(' ')
                .Append(info.Exists ? info.Length.ToString(CultureInfo.InvariantCulture) + " " + info.LastWriteTimeUtc.Ticks.ToString(CultureInfo.InvariantCulture) : "absent")
                .Append('\n');
        }
        if (options.LockPath is { } lockPath) text.Append(LockStamp.Of(lockPath));
        AtomicFile.WriteIfDifferent(model.GetMetadata("OptionsFile"), text.ToString());
    }
}
