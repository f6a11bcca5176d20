using Cim.Onnx.Proto;
using Cim.Runtime;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;
using Google.Protobuf;
using Kind = Cim.Onnx.Proto.AttributeProto.Types.AttributeType;

namespace Cim.Compiler.Export;

/// <summary>Attributes and constants as protobuf messages.</summary>
internal static class AttributeExporter
{
    public static AttributeProto Attribute(string name, AttributeValue value)
    {
        var proto = new AttributeProto { Name = name };
        switch (value)
        {
            case AttributeValue.Int i: (proto.Type, proto.I) = (Kind.Int, i.Value); break;
            case AttributeValue.Float f: (proto.Type, proto.F) = (Kind.Float, f.Value); break;
            case AttributeValue.String s: (proto.Type, proto.S) = (Kind.String, ByteString.CopyFromUtf8(s.Value)); break;
            case AttributeValue.Ints i: proto.Type = Kind.Ints; proto.Ints.Add(i.Values); break;
            case AttributeValue.Floats f: proto.Type = Kind.Floats; proto.Floats.Add(f.Values); break;
            case AttributeValue.TensorValue t: (proto.Type, proto.T) = (Kind.Tensor, Tensor("", t.Value)); break;
            default: throw new NotSupportedException($"Attribute '{name}' of kind {value.GetType().Name} cannot be exported.");
        }

        return proto;
    }

    /// <summary>A constant; element type numbers are those of ONNX.</summary>
    public static TensorProto Tensor(string name, Tensor value)
    {
        var proto = new TensorProto
        {
            Name = name,
            DataType = (int)value.Type,
            RawData = UnsafeByteOperations.UnsafeWrap(value.Data),
        };
        proto.Dims.Add(value.Shape.Dims.Select(d => (long)d));
        return proto;
    }
}
