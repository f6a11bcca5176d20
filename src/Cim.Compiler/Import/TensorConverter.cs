using System.Buffers.Binary;
using Cim.Onnx;
using Cim.Onnx.Proto;
using Cim.Runtime;
using Cim.Runtime.Tensors;
using DataType = Cim.Onnx.Proto.TensorProto.Types.DataType;

namespace Cim.Compiler.Import;

/// <summary>Converts ONNX tensors to the element types the SDK computes with: all floats to Float32, odd integers to wider ones.</summary>
internal static class TensorConverter
{
    /// <summary>The element type an ONNX type becomes, or null if there is none.</summary>
    public static ElementType? TypeOf(int dataType) => (DataType)dataType switch
    {
        DataType.Float or DataType.Double or DataType.Float16 or DataType.Bfloat16 => ElementType.Float32,
        DataType.Uint8 or DataType.Uint4 => ElementType.UInt8,
        DataType.Int8 or DataType.Int4 => ElementType.Int8,
        DataType.Int32 or DataType.Int16 or DataType.Uint16 => ElementType.Int32,
        DataType.Int64 or DataType.Uint32 or DataType.Uint64 => ElementType.Int64,
        DataType.Bool => ElementType.Bool,
        _ => null,
    };

    /// <exception cref="OnnxFormatException">The tensor is malformed or of a type without counterpart.</exception>
    public static Tensor Convert(TensorProto proto, ExternalData? external)
    {
        TensorContent content = TensorContent.Read(proto, external);
        ElementType type = TypeOf(proto.DataType)
            ?? throw new OnnxFormatException($"tensor '{proto.Name}': element type {content.Type} is not supported");
        int[] dims = Array.ConvertAll(content.Dims, d => (int)d);
        return new Tensor(type, new Shape(dims), Bytes(content, type));
    }

    private static ReadOnlyMemory<byte> Bytes(TensorContent content, ElementType type)
    {
        bool asIs = content.Type switch
        {
            DataType.Float or DataType.Int32 or DataType.Int64 or DataType.Uint8 or DataType.Int8 or DataType.Uint4 or DataType.Int4 =>
                BitConverter.IsLittleEndian,
            _ => false,
        };
        if (asIs) return content.Bytes;

        if (type == ElementType.Float32)
            return Tensor.Create<float>(new Shape(content.Bytes.Length / SizeOf(content.Type)), content.ToFloats()).Data;
        long[] values = content.ToInt64s();
        byte[] bytes = new byte[values.Length * type.SizeOf()];
        for (int i = 0; i < values.Length; i++)
        {
            switch (type.SizeOf())
            {
                case 8: BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(i * 8), values[i]); break;
                case 4: BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(i * 4), (int)values[i]); break;
                default: bytes[i] = unchecked((byte)values[i]); break;
            }
        }

        return bytes;
    }

    private static int SizeOf(DataType type) => type switch
    {
        DataType.Double => 8,
        DataType.Float => 4,
        _ => 2,
    };
}
