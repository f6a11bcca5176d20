using System.Globalization;
using Cim.Compiler.Ir;
using Cim.Onnx;
using Cim.Onnx.Proto;
using Cim.Runtime;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;
using Google.Protobuf;

namespace Cim.Compiler.Export;

/// <summary>
/// Writes a <see cref="Graph"/> as a standard ONNX model: the quantized graph becomes a QDQ model any tool can run.
/// Integers of less than 8 bits are a Clip on the integer tensor between QuantizeLinear and DequantizeLinear.
/// </summary>
internal static class OnnxExporter
{
    /// <summary>
    /// The graph's operators are in the form of this opset (nothing they use changed up to 23). Not 21: there
    /// QuantizeLinear has an attribute for its type, and ONNX Runtime 1.29 and later, moving quantizers over other operators, give it one
    /// that contradicts the zero point; the model could not be loaded with default options.
    /// </summary>
    public const int Opset = 20;

    private const int IrVersion = 9;

    /// <summary>The model; weights inside the file.</summary>
    /// <exception cref="CimException">CIM0004: the model would exceed the 2 GiB of a protobuf file; CIM0016: native code could not run
    /// it.</exception>
    public static ModelProto Export(Graph graph)
    {
        graph = CopySharedWeights.Run(graph);
        var proto = new GraphProto { Name = graph.Name.Length > 0 ? graph.Name : "graph" };
        long bytes = graph.Constants.Values.Sum(c => (long)c.Data.Length);
        if (bytes > int.MaxValue - (1 << 20))
            throw new CimException(ErrorCodes.InvalidGraph, $"The model's constants take {bytes >> 20} MiB; an ONNX file ends at 2 GiB.");

        foreach (string input in graph.Inputs) proto.Input.Add(Describe(graph, input));
        foreach (string name in graph.Outputs) proto.Output.Add(Describe(graph, name));
        foreach ((string name, Tensor value) in graph.Constants.OrderBy(c => c.Key, StringComparer.Ordinal))
            proto.Initializer.Add(AttributeExporter.Tensor(name, value));
        var names = new FreshNames(graph);
        foreach (Node node in graph.Nodes) Export(graph, node, proto, names);

        var model = new ModelProto { IrVersion = IrVersion, ProducerName = "Cim.Sdk", Graph = proto };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = Opset });
        ExportVerifier.Verify(model, graph.Values);
        return model;
    }

    private static void Export(Graph graph, Node node, GraphProto proto, FreshNames names)
    {
        if (NarrowCast.Is(node))
        {
            NarrowCast.Write(node, graph.Values[node.Inputs[0]].Type, proto, names);
            return;
        }

        int bits = (int)node.Attributes.Int(Node.BitsAttribute, 8);
        Node plain = node with { Attributes = node.Attributes.Without(Node.BitsAttribute) };
        if (node.Op != "QuantizeLinear" || bits >= 8)
        {
            proto.Node.Add(ToProto(plain, names));
            return;
        }

        // 8-bit integers saturated earlier: quantize to 8 bits, then clip to the narrower range.
        string wide = names.Value(node.Outputs[0] + "_wide");
        bool signed = graph.Values[node.Outputs[0]].Type == ElementType.Int8;
        (int least, int most) = signed ? (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) : (0, (1 << bits) - 1);
        string min = Bound(proto, names, node, "_min", signed, least), max = Bound(proto, names, node, "_max", signed, most);
        proto.Node.Add(ToProto(plain with { Outputs = [wide] }, names));
        var clip = new NodeProto { OpType = "Clip", Name = names.Node(node.Name + "_clip") };
        clip.Input.Add([wide, min, max]);
        clip.Output.Add(node.Outputs[0]);
        proto.Node.Add(clip);
    }

    private static string Bound(GraphProto proto, FreshNames names, Node node, string suffix, bool signed, int value)
    {
        string name = names.Value(node.Outputs[0] + suffix);
        proto.Initializer.Add(
            AttributeExporter.Tensor(name, signed ? Tensor.Scalar((sbyte)value) : Tensor.Scalar((byte)value)));
        return name;
    }

    private static NodeProto ToProto(Node node, FreshNames names)
    {
        var proto = new NodeProto { OpType = node.Op, Name = node.Name };
        int inputs = node.Inputs.Length;
        while (inputs > 0 && node.Inputs[inputs - 1].Length == 0) inputs--;
        proto.Input.Add(node.Inputs.Take(inputs));
        int outputs = node.Outputs.Length;
        while (outputs > 0 && node.Outputs[outputs - 1].Length == 0 && OptionalOutputs.MayBeUnnamed(node.Op, outputs - 1)) outputs--;
        proto.Output.Add(node.Outputs.Take(outputs).Select((o, i) => o.Length > 0 || OptionalOutputs.MayBeUnnamed(node.Op, i) ? o
            : names.Value(string.Create(CultureInfo.InvariantCulture, $"{node.Name}_unused_{i}"))));
        foreach ((string name, Cim.Runtime.Program.AttributeValue value) in node.Attributes.Values)
            proto.Attribute.Add(AttributeExporter.Attribute(name, value));
        return proto;
    }

    private static ValueInfoProto Describe(Graph graph, string name)
    {
        ValueInfo info = graph.Values[name];
        var shape = new TensorShapeProto();
        foreach (int d in info.Shape.Dims)
            shape.Dim.Add(d >= 0 ? new TensorShapeProto.Types.Dimension { DimValue = d }
                : new TensorShapeProto.Types.Dimension
                {
                    DimParam = d == -1 ? "N" : string.Create(CultureInfo.InvariantCulture, $"{-d}N"),
                });
        return new ValueInfoProto
        {
            Name = name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)info.Type, Shape = shape } },
        };
    }
}
