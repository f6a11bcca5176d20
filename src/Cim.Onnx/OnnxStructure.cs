using Cim.Onnx.Proto;
using Google.Protobuf;

namespace Cim.Onnx;

/// <summary>
/// Reads the nodes, inputs and outputs of a model file and passes over the data of its weights, which may be gigabytes: for questions that
/// are about the graph alone.
/// </summary>
public static class OnnxStructure
{
    /// <summary>The graph; its initializers have their names alone.</summary>
    /// <exception cref="OnnxFormatException">The file is not a model, or one without a graph.</exception>
    public static GraphProto Read(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        try
        {
            using CodedInputStream input = CodedInputStream.CreateWithLimits(stream, int.MaxValue, recursionLimit: 100);
            GraphProto? graph = null;
            while (input.ReadTag() is not 0 and var tag)
            {
                if (tag == Tag(ModelProto.GraphFieldNumber)) graph = Graph(input);
                else input.SkipLastField();
            }

            return graph ?? throw new OnnxFormatException("The file has no graph: it is not an ONNX model, or it is truncated");
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or ArgumentException or OverflowException)
        {
            throw new OnnxFormatException($"Not an ONNX model: {e.Message.TrimEnd('.')}", e);
        }
    }

    private static GraphProto Graph(CodedInputStream input)
    {
        var graph = new GraphProto();
        for (long end = End(input); input.Position < end;)
        {
            uint tag = input.ReadTag();
            if (tag == Tag(GraphProto.NameFieldNumber)) graph.Name = input.ReadString();
            else if (tag == Tag(GraphProto.NodeFieldNumber)) graph.Node.Add(Message<NodeProto>(input));
            else if (tag == Tag(GraphProto.InputFieldNumber)) graph.Input.Add(Message<ValueInfoProto>(input));
            else if (tag == Tag(GraphProto.OutputFieldNumber)) graph.Output.Add(Message<ValueInfoProto>(input));
            else if (tag == Tag(GraphProto.InitializerFieldNumber)) graph.Initializer.Add(Name(input));
            else input.SkipLastField();
        }

        return graph;
    }

    private static TensorProto Name(CodedInputStream input)
    {
        var tensor = new TensorProto();
        for (long end = End(input); input.Position < end;)
        {
            if (input.ReadTag() == Tag(TensorProto.NameFieldNumber)) tensor.Name = input.ReadString();
            else input.SkipLastField();
        }

        return tensor;
    }

    private static T Message<T>(CodedInputStream input) where T : IMessage<T>, new()
    {
        var message = new T();
        input.ReadMessage(message);
        return message;
    }

    private static long End(CodedInputStream input)
    {
        int length = input.ReadLength();
        return input.Position + length;
    }

    private static uint Tag(int field) => WireFormat.MakeTag(field, WireFormat.WireType.LengthDelimited);
}
