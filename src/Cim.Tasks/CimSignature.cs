using Cim.Runtime;
using Cim.Tasks.Diagnostics;
using Cim.Tasks.Signature;
using Microsoft.Build.Framework;
using MSBuildTask = Microsoft.Build.Utilities.Task;

namespace Cim.Tasks;

/// <summary>
/// Reads the inputs and outputs of an ONNX model and writes them for the generator. Takes milliseconds, so design-time
/// builds run it too and the typed class is there before the first real build.
/// </summary>
[MSBuildMultiThreadableTask]
public sealed class CimSignature : MSBuildTask
{
    /// <summary>The ONNX file.</summary>
    [Required]
    public ITaskItem Model { get; set; } = null!;

    /// <summary>The signature file to write; it keeps its time when nothing changed.</summary>
    [Required]
    public ITaskItem SignatureFile { get; set; } = null!;

    /// <summary>The project, for the place of errors.</summary>
    [Required]
    public string Project { get; set; } = "";

    /// <inheritdoc/>
    public override bool Execute()
    {
        string model = Model.GetMetadata("FullPath");
        try
        {
            if (!File.Exists(model))
            {
                Log.Fail(ErrorCodes.FileNotReadable, Project, $"The model '{model}' of <CimModel Include=\"{Model.ItemSpec}\" /> does not exist. Paths are relative to the project.");
                return false;
            }
            OnnxSignature signature = OnnxSignatureReader.Read(model);
            AtomicFile.WriteIfDifferent(SignatureFile.GetMetadata("FullPath"), Signature.SignatureFile.Write(Path.GetFileName(model), signature));
            // The target's Inputs and Outputs compare times, so an unchanged signature still has to look new.
            File.SetLastWriteTimeUtc(SignatureFile.GetMetadata("FullPath"), DateTime.UtcNow);
            return true;
        }
        catch (InvalidDataException e)
        {
            Log.Fail(ErrorCodes.MalformedOnnx, model, $"This is not an ONNX model: {e.Message}. Export it again, or check the download.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.Fail(ErrorCodes.FileNotReadable, model, $"The model cannot be read: {e.Message}");
        }
        return false;
    }
}
