using Cim.Compiler.Data.Images;
using Cim.Compiler.Options;
using Cim.Runtime;
using Cim.Tasks.Cache;
using Cim.Tasks.Diagnostics;
using Cim.Tasks.Files;
using Cim.Tasks.Inputs;
using Cim.Tasks.Options;
using MSBuildTask = Microsoft.Build.Utilities.Task;
using Microsoft.Build.Framework;

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

    /// <summary>True: compile although nothing changed. What is there stays until it is replaced.</summary>
    public bool ForceEvaluate { get; set; }

    /// <inheritdoc/>
    public override bool Execute()
    {
        string directory = Path.GetDirectoryName(Project)!;
        if (!File.Exists(ToolPath))
        {
            Log.Fail(ErrorCodes.CompilerMissing, Project,
                $"The compiler '{ToolPath}' is not there: the Cim.Sdk package is damaged. Delete it from the NuGet packages folder and "
                + $"restore again.");
            return false;
        }
        string toolId = CompilerTool.Identify(ToolPath, SdkVersion);
        Dictionary<string, string> classes = new(StringComparer.OrdinalIgnoreCase);
        SortedSet<string> inputs = new(StringComparer.Ordinal);
        foreach (ITaskItem model in Models)
        {
            ResolvedOptions options = ResolvedOptions.From(model, directory, wrong => Log.Fail(ErrorCodes.InvalidMetadata, model, wrong));
            WarnAboutUnknown(model);
            CheckClass(model, options, classes);
            CheckFiles(model, options);
            if (!Log.HasLoggedErrors) Prepare(model, options, toolId, inputs);
        }
        if (!Log.HasLoggedErrors && Models.Length > 0) WriteInputs(inputs);
        return !Log.HasLoggedErrors;
    }

    private void WarnAboutUnknown(ITaskItem model)
    {
        foreach (string name in UnknownMetadata.Among(model.CloneCustomMetadata().Keys.Cast<string>()))
            Log.Warn(ErrorCodes.UnknownMetadata, model,
                $"The metadata '{name}' of CimModel is unknown and has no effect. Did you mean "
                + $"'{Spelling.Nearest(name, UnknownMetadata.Names)}'?");
    }

    private void CheckClass(ITaskItem model, ResolvedOptions options, Dictionary<string, string> classes)
    {
        string space = model.GetMetadata("Namespace") is { Length: > 0 } own ? own : RootNamespace;
        string name = space.Length == 0 ? options.ClassName : space + "." + options.ClassName;
        if (classes.TryGetValue(name, out string? other))
            Log.Fail(ErrorCodes.DuplicateClass, model,
                $"CimModel '{model.ItemSpec}' and '{other}' both give the class '{name}'. Set ClassName (or Namespace) on one of them.");
        else classes.Add(name, model.ItemSpec);
    }

    private void CheckFiles(ITaskItem model, ResolvedOptions options)
    {
        foreach ((OptionRow? row, string path) in options.InputFiles)
        {
            if (FileCheck.ProblemOf(path, row is { MayBeFolder: true }) is { } problem)
                Log.Fail(ErrorCodes.FileNotReadable, model,
                    $"The file '{path}' of {(row ?? OptionTable.AdditionalOptions).Name} {problem}.");
        }
        if (LockedMode && options.LockPath is { } lockPath && !File.Exists(lockPath))
            Log.Fail(ErrorCodes.LockMissing, model,
                $"CimLockedMode is on, but the lock file '{lockPath}' does not exist. Build once without it and commit the lock file.");
    }

    private void Prepare(ITaskItem model, ResolvedOptions options, string toolId, SortedSet<string> inputs)
    {
        try
        {
            CompileCache.RemoveAbandoned(Path.GetDirectoryName(model.GetMetadata("OptionsFile"))!);
            Write(model, options, toolId, inputs);
        }
        catch (Exception e) when (FileProblem.Is(e))
        {
            Log.Fail(ErrorCodes.FileNotReadable, model,
                $"An input of the model cannot be read, or its options cannot be written: {e.Message}");
        }
    }

    /// <summary>The list that the next evaluation reads, for <c>dotnet watch</c> and for editors.</summary>
    private void WriteInputs(SortedSet<string> inputs)
    {
        try
        {
            AtomicFile.WriteIfDifferent(
                Path.Combine(Path.GetDirectoryName(Models[0].GetMetadata("OptionsFile"))!, "inputs.list"), string.Join("\n", inputs));
        }
        catch (Exception e) when (FileProblem.Is(e))
        {
            Log.LogMessage(MessageImportance.Low, "{0}", $"The list of inputs cannot be written: {e.Message}");
        }
    }

    private void Write(ITaskItem model, ResolvedOptions options, string toolId, SortedSet<string> inputs)
    {
        string optionsFile = model.GetMetadata("OptionsFile"), compiled = model.GetMetadata("CompiledFile");
        FileHashes hashes = FileHashes.Beside(optionsFile);
        InputState state = InputState.Of(options, hashes);
        foreach (InputFile file in state.Files.Where(f => f.Hash != FileHashes.Absent && FileCheck.IsGitLfsPointer(f.Path)))
            Log.Fail(ErrorCodes.FileNotReadable, model,
                $"The file '{file.Path}', which the model depends on, is a Git LFS pointer; run 'git lfs pull' to get the file itself.");
        inputs.UnionWith(state.Files.Where(f => f.Hash != FileHashes.Absent).SelectMany(f => Directory.Exists(f.Path)
            ? ImageFiles.List(f.Path).Select(image => Path.Combine(f.Path, image)) : [f.Path]));
        string text = options.ToResponseFile(toolId) + state.ToLines()
            + OptionsStamp.Of(optionsFile, options, compiled.Length == 0 ? FileHashes.Absent : hashes.Of(compiled));
        if (!AtomicFile.WriteIfDifferent(optionsFile, text) && ForceEvaluate) File.SetLastWriteTimeUtc(optionsFile, DateTime.UtcNow);
    }
}
