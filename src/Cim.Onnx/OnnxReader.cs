using Cim.Onnx.Proto;
using Google.Protobuf;

namespace Cim.Onnx;

/// <summary>Parses protobuf files of the ONNX format. Malformed bytes are an error, never a crash.</summary>
public static class OnnxReader
{
    /// <summary>Protobuf messages end at 2 GiB; larger models keep their weights in external files.</summary>
    public const long MaxFileBytes = int.MaxValue;

    /// <summary>Parses a model.</summary>
    /// <exception cref="OnnxFormatException">The bytes are not a model, or one without a graph.</exception>
    public static ModelProto ReadModel(ReadOnlyMemory<byte> bytes)
    {
        ModelProto model = Parse(ModelProto.Parser, bytes, "model");
        if (model.Graph is null) throw new OnnxFormatException("The file has no graph: it is not an ONNX model, or it is truncated");
        return model;
    }

    /// <summary>Parses a tensor file, as the test data of ONNX models come in.</summary>
    /// <exception cref="OnnxFormatException">The bytes are not a tensor.</exception>
    public static TensorProto ReadTensor(ReadOnlyMemory<byte> bytes) => Parse(TensorProto.Parser, bytes, "tensor");

    private static T Parse<T>(MessageParser<T> parser, ReadOnlyMemory<byte> bytes, string what) where T : IMessage<T>
    {
        if (bytes.IsEmpty) throw new OnnxFormatException("The file is empty");
        try
        {
            return parser.ParseFrom(bytes.Span);
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or ArgumentException or OverflowException)
        {
            // ArgumentException and OverflowException: lengths the generated parser hands on unchecked.
            throw new OnnxFormatException($"Not an ONNX {what}: {e.Message.TrimEnd('.')}", e);
        }
    }
}
