using Cim.Runtime;
using Cim.Tasks.Diagnostics;
using Cim.Tasks.Files;
using Cim.Tasks.Signature;
using MSBuildTask = Microsoft.Build.Utilities.Task;
using Microsoft.Build.Framework;

namespace Cim.Tasks;

/// <summary>
/// Reads the inputs and outputs of ONNX models and writes them for the generator. Takes milliseconds, so design-time builds run it
/// too and the typed class is there before the first real build; and so it runs always, because the time of a file says little.
/// </summary>
[MSBuildMultiThreadableTask]
public sealed class CimSignature : MSBuildTask
{
    /// <summary>The ONNX files, each with the metadata <c>SignatureFile</c>: what to write; it keeps its time when nothing
    /// changed.</summary>
    [Required]
    public ITaskItem[] Models { get; set; } = [];

    /// <summary>The project, as the base of relative paths.</summary>
    public string Project { get; set; } = "";

    /// <inheritdoc/>
    public override bool Execute()
    {
        // Every model, so that one build reports what is wrong with all of them.
        foreach (ITaskItem model in Models) Write(model);
        return !Log.HasLoggedErrors;
    }

    private void Write(ITaskItem item)
    {
        string model = item.GetMetadata("FullPath");
        try
        {
            if (FileCheck.ProblemOf(model) is { } problem)
            {
                Log.Fail(problem.Contains("LFS")
                    ? ErrorCodes.MalformedOnnx
                    : ErrorCodes.FileNotReadable, item, $"The model '{model}' of CimModel {problem}.");
                return;
            }
            OnnxSignature signature = OnnxSignatureReader.Read(model)
                .Without(item.GetMetadata("Fix")).WithSizes(item.GetMetadata("Dim")).WithSizes(item.GetMetadata("Dims"));
            if (ItemFacts.Of(item, Path.GetDirectoryName(Project) ?? "", signature, Log) is not { } facts) return;
            AtomicFile.WriteIfDifferent(item.GetMetadata("SignatureFile"), SignatureFile.Write(Path.GetFileName(model), signature, facts));
        }
        catch (InvalidDataException e)
        {
            Log.Fail(ErrorCodes.MalformedOnnx, item, $"This is not an ONNX model: {e.Message}. Export it again, or check the download.");
        }
        catch (Exception e) when (FileProblem.Is(e))
        {
            Log.Fail(ErrorCodes.FileNotReadable, item, $"The model cannot be read: {e.Message}");
        }
    }
}
