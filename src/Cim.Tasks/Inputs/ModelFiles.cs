using Cim.Tasks.Files;
using Cim.Tasks.Signature;

namespace Cim.Tasks.Inputs;

/// <summary>The files of a model besides the ONNX file itself.</summary>
internal static class ModelFiles
{
    /// <summary>Full paths of the files with external weights; none if the model cannot be read, which is reported elsewhere.</summary>
    public static IEnumerable<string> External(string modelPath)
    {
        try
        {
            return [.. OnnxSignatureReader.Read(
                modelPath).ExternalFiles.Select(name => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(modelPath)!, name)))];
        }
        catch (Exception e) when (e is InvalidDataException || FileProblem.Is(e))
        {
            return [];
        }
    }
}
