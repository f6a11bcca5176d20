using Cim.Compiler.Ir;
using Cim.Runtime.Diagnostics;
using Google.Protobuf;

namespace Cim.Compiler.Export;

/// <summary>Writes a quantized graph as a standard ONNX model in QDQ form that any ONNX runtime executes.</summary>
internal static class QdqModel
{
    public static byte[] Create(Graph quantized) => OnnxExporter.Export(quantized).ToByteArray();

    /// <summary>Writes under a temporary name, then renames.</summary>
    public static void Save(Graph quantized, string path)
    {
        byte[] bytes = Create(quantized);
        AtomicFile.Write(path, stream => stream.Write(bytes));
    }
}
