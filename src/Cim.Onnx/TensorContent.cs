using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Cim.Onnx.Proto;
using DataType = Cim.Onnx.Proto.TensorProto.Types.DataType;

namespace Cim.Onnx;

/// <summary>
/// The elements of a TensorProto, wherever the format lets them be (raw, one of the typed fields, an external file),
/// as little-endian bytes of the declared type. 4-bit types are widened to one byte an element.
/// </summary>
/// <param name="Type">The declared type.</param>
/// <param name="Dims">The declared dimensions.</param>
/// <param name="Bytes">Row-major elements.</param>
public sealed record TensorContent(DataType Type, long[] Dims, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>The largest tensor that is read, in bytes.</summary>
    public const long MaxBytes = 1L << 30;

    /// <summary>Reads a tensor, with every length checked against its shape before anything is allocated.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="external">Where external data may lie, or null if it may not be used.</param>
    /// <exception cref="OnnxFormatException">Unknown type, negative or huge dimensions, data of the wrong length.</exception>
    public static TensorContent Read(TensorProto tensor, ExternalData? external)
    {
        var type = (DataType)tensor.DataType;
        int size = BytesPerElement(type);
        if (size == 0) throw Error(tensor, $"element type {type} is not supported");
        long count = Count(tensor);
        if (count > MaxBytes / size) throw Error(tensor, $"shape [{string.Join(",", tensor.Dims)}] needs more than {MaxBytes >> 20} MiB");

        bool nibbles = type is DataType.Int4 or DataType.Uint4;
        long bytes = nibbles ? (count + 1) / 2 : count * size;
        ReadOnlyMemory<byte> data;
        if (tensor.HasDataLocation && tensor.DataLocation == TensorProto.Types.DataLocation.External)
        {
            data = (external ?? throw Error(tensor, "external data is not available for a model read from memory")).Read(tensor, bytes);
        }
        else if (tensor.HasRawData)
        {
            data = tensor.RawData.Memory;
            if (data.Length != bytes)
                throw Error(tensor, $"it has {data.Length} bytes of data, shape [{string.Join(",", tensor.Dims)}] of {type} needs {bytes}");
        }
        else
        {
            return new TensorContent(type, [.. tensor.Dims], Typed(tensor, type, count, nibbles));
        }

        return new TensorContent(type, [.. tensor.Dims], nibbles ? Widen(data.Span, type, (int)count) : data);
    }

    private static long Count(TensorProto tensor)
    {
        long count = 1;
        foreach (long dim in tensor.Dims)
        {
            if (dim < 0) throw Error(tensor, $"dimension {dim} is negative");
            if (dim > int.MaxValue) throw Error(tensor, $"dimension {dim} is too large");
            count = Math.BigMul(count, dim, out long low) == 0 && low >= 0 ? low : throw Error(tensor, "its shape overflows");
        }

        return count;
    }

    private static byte[] Typed(TensorProto tensor, DataType type, long count, bool nibbles)
    {
        int available = type switch
        {
            DataType.Float => tensor.FloatData.Count,
            DataType.Double => tensor.DoubleData.Count,
            DataType.Int64 => tensor.Int64Data.Count,
            DataType.Uint32 or DataType.Uint64 => tensor.Uint64Data.Count,
            _ => tensor.Int32Data.Count,
        };
        long needed = nibbles ? (count + 1) / 2 : count;
        if (available != needed)
            throw Error(tensor, $"it has {available} elements of data, shape [{string.Join(",", tensor.Dims)}] of {type} needs {needed}");

        int n = (int)needed;
        byte[] bytes = new byte[n * (nibbles ? 1 : BytesPerElement(type))];
        Span<byte> span = bytes;
        for (int i = 0; i < n; i++)
        {
            switch (type)
            {
                case DataType.Float: BinaryPrimitives.WriteSingleLittleEndian(span[(i * 4)..], tensor.FloatData[i]); break;
                case DataType.Double: BinaryPrimitives.WriteDoubleLittleEndian(span[(i * 8)..], tensor.DoubleData[i]); break;
                case DataType.Int64: BinaryPrimitives.WriteInt64LittleEndian(span[(i * 8)..], tensor.Int64Data[i]); break;
                case DataType.Uint64: BinaryPrimitives.WriteUInt64LittleEndian(span[(i * 8)..], tensor.Uint64Data[i]); break;
                case DataType.Uint32: BinaryPrimitives.WriteUInt32LittleEndian(span[(i * 4)..], unchecked((uint)tensor.Uint64Data[i]));
                break;
                case DataType.Int32: BinaryPrimitives.WriteInt32LittleEndian(span[(i * 4)..], tensor.Int32Data[i]); break;
                case DataType.Int16 or DataType.Uint16 or DataType.Float16 or DataType.Bfloat16:
                    BinaryPrimitives.WriteUInt16LittleEndian(span[(i * 2)..], unchecked((ushort)tensor.Int32Data[i])); break;
                default: bytes[i] = unchecked((byte)tensor.Int32Data[i]); break;
            }
        }

        return nibbles ? Widen(bytes, type, (int)count) : bytes;
    }

    /// <summary>Two elements a byte, the first in the low half.</summary>
    private static byte[] Widen(ReadOnlySpan<byte> packed, DataType type, int count)
    {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++)
        {
            int nibble = (packed[i / 2] >> (4 * (i & 1))) & 15;
            bytes[i] = unchecked((byte)(type == DataType.Int4 ? (nibble ^ 8) - 8 : nibble));
        }

        return bytes;
    }

    private static int BytesPerElement(DataType type) => type switch
    {
        DataType.Float or DataType.Int32 or DataType.Uint32 => 4,
        DataType.Double or DataType.Int64 or DataType.Uint64 => 8,
        DataType.Float16 or DataType.Bfloat16 or DataType.Int16 or DataType.Uint16 => 2,
        DataType.Int8 or DataType.Uint8 or DataType.Bool or DataType.Int4 or DataType.Uint4 => 1,
        _ => 0,
    };

    /// <summary>The elements as float; integers beyond 2^24 round.</summary>
    public float[] ToFloats()
    {
        ReadOnlySpan<byte> b = Bytes.Span;
        int size = BytesPerElement(Type);
        float[] values = new float[b.Length / size];
        if (Type == DataType.Float && BitConverter.IsLittleEndian)
        {
            MemoryMarshal.Cast<byte, float>(b).CopyTo(values);
            return values;
        }

        for (int i = 0; i < values.Length; i++)
        {
            ReadOnlySpan<byte> e = b.Slice(i * size, size);
            values[i] = Type switch
            {
                DataType.Float => BinaryPrimitives.ReadSingleLittleEndian(e),
                DataType.Double => (float)BinaryPrimitives.ReadDoubleLittleEndian(e),
                DataType.Float16 => (float)BinaryPrimitives.ReadHalfLittleEndian(e),
                DataType.Bfloat16 => BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadUInt16LittleEndian(e) << 16),
                _ => Integer(e),
            };
        }

        return values;
    }

    /// <summary>The elements of an integer type.</summary>
    /// <exception cref="OnnxFormatException">The type is not an integer one, or a value exceeds 63 bits.</exception>
    public long[] ToInt64s()
    {
        if (Type is DataType.Float or DataType.Double or DataType.Float16 or DataType.Bfloat16)
            throw new OnnxFormatException($"A tensor of {Type} is found where integers are needed");
        ReadOnlySpan<byte> b = Bytes.Span;
        int size = BytesPerElement(Type);
        long[] values = new long[b.Length / size];
        for (int i = 0; i < values.Length; i++) values[i] = Integer(b.Slice(i * size, size));
        return values;
    }

    private long Integer(ReadOnlySpan<byte> e) => Type switch
    {
        DataType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(e),
        DataType.Uint64 => BinaryPrimitives.ReadUInt64LittleEndian(e) is var u && u <= long.MaxValue
            ? (long)u : throw new OnnxFormatException($"The value {u} of a UINT64 tensor exceeds 63 bits"),
        DataType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(e),
        DataType.Uint32 => BinaryPrimitives.ReadUInt32LittleEndian(e),
        DataType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(e),
        DataType.Uint16 => BinaryPrimitives.ReadUInt16LittleEndian(e),
        DataType.Int8 or DataType.Int4 => (sbyte)e[0],
        DataType.Bool => e[0] == 0 ? 0 : 1,
        _ => e[0],
    };

    private static OnnxFormatException Error(TensorProto tensor, string message) => new($"Tensor '{tensor.Name}': {message}");
}
