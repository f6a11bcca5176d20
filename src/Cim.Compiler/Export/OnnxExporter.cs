using System.Globalization;
using Cim.Compiler.Ir;
using Cim.Onnx.Proto;
using Cim.Runtime;
using Cim.Runtime.Operators.Elementwise;
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

    /// <summary>Of graphs with integers of 4 bits, which 20 does not have.</summary>
    private const int NarrowOpset = 21, NarrowIrVersion = 10;

    /// <summary>The model; weights inside the file.</summary>
    /// <exception cref="CimException">CIM0004: the model would exceed the 2 GiB of a protobuf file.</exception>
    public static ModelProto Export(Graph graph)
    {
        var proto = new GraphProto { Name = graph.Name.Length > 0 ? graph.Name : "graph" };
        long bytes = graph.Constants.Values.Sum(c => (long)c.Data.Length);
        if (bytes > int.MaxValue - (1 << 20))
            throw new CimException(ErrorCodes.InvalidGraph, $"The model's constants take {bytes >> 20} MiB; an ONNX file ends at 2 GiB.");

        foreach (string input in graph.Inputs) proto.Input.Add(Describe(graph, input));
        foreach (string name in graph.Outputs) proto.Output.Add(Describe(graph, name));
        foreach ((string name, Tensor value) in graph.Constants.OrderBy(c => c.Key, StringComparer.Ordinal))
            proto.Initializer.Add(AttributeExporter.Tensor(name, value));
        var names = new HashSet<string>(graph.Values.Keys, StringComparer.Ordinal);
        var nodeNames = new HashSet<string>(graph.Nodes.Select(n => n.Name), StringComparer.Ordinal);
        foreach (Node node in graph.Nodes) Export(graph, node, proto, names, nodeNames);

        bool isNarrow = graph.Nodes.Any(n => n.Op == "Cast" && n.Attributes.Int(Cast.NarrowAttribute, 0) > 0);
        var model = new ModelProto { IrVersion = isNarrow ? NarrowIrVersion : IrVersion, ProducerName = "Cim.Sdk", Graph = proto };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = isNarrow ? NarrowOpset : Opset });
        return model;
    }

    private static void Export(Graph graph, Node node, GraphProto proto, HashSet<string> names, HashSet<string> nodeNames)
    {
        if (node.Op == "Cast" && node.Attributes.Int(Cast.NarrowAttribute, 0) is > 0 and var narrow)
        {
            // To the narrow integer, and from there to the type that holds it.
            string low = Fresh(names, node.Outputs[0] + "_narrow");
            AttributeMap attributes = node.Attributes.Without(Cast.NarrowAttribute);
            proto.Node.Add(ToProto(node with {
                Name = Fresh(nodeNames, node.Name + "_narrow"), Outputs = [low], Attributes = attributes.With("to", narrow) }, names));
            proto.Node.Add(ToProto(node with { Inputs = [low], Attributes = attributes }, names));
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
        string wide = Fresh(names, node.Outputs[0] + "_wide");
        bool signed = graph.Values[node.Outputs[0]].Type == ElementType.Int8;
        (int least, int most) = signed ? (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) : (0, (1 << bits) - 1);
        string min = Bound(proto, names, node, "_min", signed, least), max = Bound(proto, names, node, "_max", signed, most);
        proto.Node.Add(ToProto(plain with { Outputs = [wide] }, names));
        var clip = new NodeProto { OpType = "Clip", Name = Fresh(nodeNames, node.Name + "_clip") };
        clip.Input.Add([wide, min, max]);
        clip.Output.Add(node.Outputs[0]);
        proto.Node.Add(clip);
    }

    private static string Bound(GraphProto proto, HashSet<string> names, Node node, string suffix, bool signed, int value)
    {
        string name = Fresh(names, node.Outputs[0] + suffix);
        proto.Initializer.Add(
            AttributeExporter.Tensor(name, signed ? Tensor.Scalar((sbyte)value) : Tensor.Scalar((byte)value)));
        return name;
    }

    private static string Fresh(HashSet<string> names, string wanted)
    {
        string name = wanted;
        for (int i = 2; !names.Add(name); i++) name = string.Create(CultureInfo.InvariantCulture, $"{wanted}_{i}");
        return name;
    }

    private static NodeProto ToProto(Node node, HashSet<string> names)
    {
        var proto = new NodeProto { OpType = node.Op, Name = node.Name };
        int inputs = node.Inputs.Length;
        while (inputs > 0 && node.Inputs[inputs - 1].Length == 0) inputs--;
        proto.Input.Add(node.Inputs.Take(inputs));
        // The outputs of Split are not optional: ONNX Runtime ends the process at one without a name. Of the others, trailing ones may be
        // left out.
        int outputs = node.Outputs.Length;
        while (node.Op != "Split" && outputs > 1 && node.Outputs[outputs - 1].Length == 0) outputs--;
        proto.Output.Add(node.Outputs.Take(outputs).Select((o, i) => o.Length > 0 || node.Op != "Split" ? o
            : Fresh(names, string.Create(CultureInfo.InvariantCulture, $"{node.Name}_unused_{i}"))));
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
