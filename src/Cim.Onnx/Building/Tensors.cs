using System.Runtime.InteropServices;
using Cim.Onnx.Proto;
using Google.Protobuf;

namespace Cim.Onnx.Building;

/// <summary>Makes tensors and value infos of the ONNX schema, and reads real-valued tensors back.</summary>
public static class Tensors
{
    /// <summary>A float32 tensor.</summary>
    public static TensorProto Float(string name, ReadOnlySpan<float> values, ReadOnlySpan<long> dims) =>
        Raw(name, TensorProto.Types.DataType.Float, MemoryMarshal.AsBytes(values), dims);

    /// <summary>A real tensor of type FLOAT or DOUBLE.</summary>
    public static TensorProto Real(TensorProto.Types.DataType type, ReadOnlySpan<double> values, ReadOnlySpan<long> dims)
    {
        if (type == TensorProto.Types.DataType.Double)
            return Raw("", type, MemoryMarshal.AsBytes(values), dims);
        var narrow = new float[values.Length];
        for (int i = 0; i < narrow.Length; i++)
            narrow[i] = (float)values[i];
        return Raw("", TensorProto.Types.DataType.Float, MemoryMarshal.AsBytes(narrow.AsSpan()), dims);
    }

    /// <summary>An int64 tensor.</summary>
    public static TensorProto Int64(ReadOnlySpan<long> values, ReadOnlySpan<long> dims) =>
        Raw("", TensorProto.Types.DataType.Int64, MemoryMarshal.AsBytes(values), dims);

    /// <summary>The values of a FLOAT or DOUBLE tensor as float32, row-major.</summary>
    /// <exception cref="NotSupportedException">Another element type, or data outside the file.</exception>
    public static float[] ToFloats(TensorProto tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if (tensor.DataLocation == TensorProto.Types.DataLocation.External)
            throw new NotSupportedException($"Tensor '{tensor.Name}' keeps its data outside the ONNX file");
        switch ((TensorProto.Types.DataType)tensor.DataType)
        {
            case TensorProto.Types.DataType.Float:
                return tensor.HasRawData
                    ? MemoryMarshal.Cast<byte, float>(tensor.RawData.Span).ToArray()
                    : [.. tensor.FloatData];
            case TensorProto.Types.DataType.Double:
                ReadOnlySpan<double> wide = tensor.HasRawData
                    ? MemoryMarshal.Cast<byte, double>(tensor.RawData.Span)
                    : tensor.DoubleData.ToArray();
                var values = new float[wide.Length];
                for (int i = 0; i < values.Length; i++)
                    values[i] = (float)wide[i];
                return values;
            default:
                throw new NotSupportedException(
                    $"Tensor '{tensor.Name}' has element type {(TensorProto.Types.DataType)tensor.DataType}, not FLOAT or DOUBLE");
        }
    }

    /// <summary>The values of an INT64 or INT32 tensor.</summary>
    /// <exception cref="NotSupportedException">Another element type.</exception>
    public static long[] ToInt64(TensorProto tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        switch ((TensorProto.Types.DataType)tensor.DataType)
        {
            case TensorProto.Types.DataType.Int64:
                return tensor.HasRawData ? MemoryMarshal.Cast<byte, long>(tensor.RawData.Span).ToArray() : [.. tensor.Int64Data];
            case TensorProto.Types.DataType.Int32:
                ReadOnlySpan<int> narrow = tensor.HasRawData
                    ? MemoryMarshal.Cast<byte, int>(tensor.RawData.Span)
                    : tensor.Int32Data.ToArray();
                var values = new long[narrow.Length];
                for (int i = 0; i < values.Length; i++)
                    values[i] = narrow[i];
                return values;
            default:
                throw new NotSupportedException(
                    $"Tensor '{tensor.Name}' has element type {(TensorProto.Types.DataType)tensor.DataType}, not INT64 or INT32");
        }
    }

    /// <summary>Number of elements of a shape.</summary>
    public static long Count(ReadOnlySpan<long> dims)
    {
        long count = 1;
        foreach (long dim in dims)
            count *= dim;
        return count;
    }

    /// <summary>Name, type and shape of a value; a negative dimension is dynamic.</summary>
    public static ValueInfoProto ValueInfo(string name, TensorProto.Types.DataType type, ReadOnlySpan<long> dims)
    {
        ValueInfoProto info = ValueInfoOfUnknownShape(name, type);
        var shape = new TensorShapeProto();
        for (int i = 0; i < dims.Length; i++)
        {
            shape.Dim.Add(dims[i] >= 0
                ? new TensorShapeProto.Types.Dimension { DimValue = dims[i] }
                : new TensorShapeProto.Types.Dimension { DimParam = i == 0 ? "N" : FormattableString.Invariant($"d{i}") });
        }

        info.Type.TensorType.Shape = shape;
        return info;
    }

    /// <summary>Name and type of a value whose rank is not stated.</summary>
    public static ValueInfoProto ValueInfoOfUnknownShape(string name, TensorProto.Types.DataType type) =>
        new() { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)type } } };

    private static TensorProto Raw(string name, TensorProto.Types.DataType type, ReadOnlySpan<byte> bytes, ReadOnlySpan<long> dims)
    {
        var tensor = new TensorProto { Name = name, DataType = (int)type, RawData = ByteString.CopyFrom(bytes) };
        foreach (long dim in dims)
            tensor.Dims.Add(dim);
        return tensor;
    }
}
