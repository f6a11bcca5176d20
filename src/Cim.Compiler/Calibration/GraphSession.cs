using Cim.Compiler.Export;
using Cim.Compiler.Ir;
using Google.Protobuf;

namespace Cim.Compiler.Calibration;

/// <summary>Opens a graph of the compiler's own representation in ONNX Runtime.</summary>
internal static class GraphSession
{
    public static OnnxSession Open(Graph graph) => new(OnnxExporter.Export(graph).ToByteArray(), $"'{graph.Name}'");
}
