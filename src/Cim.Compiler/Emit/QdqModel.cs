using Cim.Compiler.Import;
using Cim.Compiler.Ir;
using Cim.Compiler.Quantization;
using Cim.Onnx.Proto;
using Cim.Runtime;
using Google.Protobuf;

namespace Cim.Compiler.Emit;

/// <summary>Writes a quantized graph as a standard ONNX model in QDQ form that any ONNX runtime executes.</summary>
internal static class QdqModel
{
    public static ModelProto Create(Graph quantized) => OnnxExporter.Export(new ClipNarrowQuantizers().Run(quantized));

    /// <summary>Writes under a temporary name, then renames.</summary>
    public static void Save(Graph quantized, string path) =>
        AtomicFile.Write(path, stream => Create(quantized).WriteTo(stream));

    /// <summary>
    /// Afterwards quantizers of fewer than 8 bits are a Clip before an 8-bit QuantizeLinear: the standard form has no
    /// 3-bit type, and clipping at the last level rounds to the same integers.
    /// </summary>
    private sealed class ClipNarrowQuantizers : IGraphPass
    {
        public Graph Run(Graph graph)
        {
            var edit = new GraphEdit(graph);
            foreach (Node node in graph.Nodes)
            {
                Node plain = node.Op is "QuantizeLinear" or "DequantizeLinear" ? node with { Attributes = node.Attributes.Without(Node.BitsAttribute) } : node;
                if (node.Op == "QuantizeLinear" && QuantizerNodes.Read(graph, node) is { Bits: < 8 } p)
                {
                    string low = edit.Constant(node.Name + "_low", Tensor.Scalar((p.Min - p.ZeroPoint) * p.Scale));
                    string high = edit.Constant(node.Name + "_high", Tensor.Scalar((p.Max - p.ZeroPoint) * p.Scale));
                    string clipped = edit.Add("Clip", node.Name + "_Clip", [node.Inputs[0], low, high], node.Inputs[0] + "_clipped", edit.Info(node.Inputs[0]));
                    plain = plain with { Inputs = plain.Inputs.SetItem(0, clipped) };
                }

                edit.Nodes.Add(plain);
            }

            return edit.ToGraph();
        }
    }
}
