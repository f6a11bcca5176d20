using Cim.Tasks.Signature;

namespace Cim.Tasks.Options;

/// <summary>The files of a model besides the ONNX file itself.</summary>
internal static class ModelFiles
{
    /// <summary>Full paths of the files with external weights, as the signature file lists them.</summary>
    public static IEnumerable<string> External(string modelPath, string signatureFile) =>
        File.Exists(signatureFile)
            ? SignatureFile.ReadExternalFiles(signatureFile).Select(name => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(modelPath)!, name)))
            : [];
}
