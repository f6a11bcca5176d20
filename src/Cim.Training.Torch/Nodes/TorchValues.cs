using System.Runtime.InteropServices;
using Cim.Onnx.Proto;
using static TorchSharp.torch;
using DataType = Cim.Onnx.Proto.TensorProto.Types.DataType;

namespace Cim.Training.Torch.Nodes;

/// <summary>
/// Tensors of a graph and arrays of the host as tensors of a device. TorchSharp does not keep the operands of a native call alive: one that
/// nobody refers to any more may be collected while the call runs. So all tensors live in a dispose scope, and numbers are tensors or
/// scalars that somebody holds, never implicit conversions.
/// </summary>
internal static class TorchValues
{
    /// <summary>An initializer; real numbers in <paramref name="realType"/>.</summary>
    public static Tensor Of(TensorProto tensor, ScalarType realType, Device device)
    {
        long[] dims = [.. tensor.Dims];
        return (DataType)tensor.DataType switch
        {
            DataType.Float => OnDevice(Raw<float>(tensor, tensor.FloatData), dims, realType, device),
            DataType.Double => OnDevice(Raw<double>(tensor, tensor.DoubleData), dims, realType, device),
            DataType.Int64 => OnDevice(Raw<long>(tensor, tensor.Int64Data), dims, ScalarType.Int64, device),
            DataType.Int32 => OnDevice(Raw<int>(tensor, tensor.Int32Data), dims, ScalarType.Int32, device),
            DataType.Bool => OnDevice(
                tensor.HasRawData ? Array.ConvertAll(tensor.RawData.ToByteArray(), b => b != 0) : [.. tensor.Int32Data.Select(b => b != 0)],
                dims, ScalarType.Bool, device),
            DataType other => throw new NotSupportedException($"Tensor '{tensor.Name}' has element type {other}"),
        };
    }

    /// <summary>A copy of an array of the host.</summary>
    public static Tensor OnDevice(Array values, long[] dims, ScalarType type, Device device)
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        return from_array(values).to(type, device, copy: true).reshape(dims).MoveToOuterDisposeScope();
    }

    private static T[] Raw<T>(TensorProto tensor, IEnumerable<T> items) where T : unmanaged => tensor.HasRawData
        ? MemoryMarshal.Cast<byte, T>(tensor.RawData.Span).ToArray()
        : [.. items];
}
