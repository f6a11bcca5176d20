using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Tensor = Cim.Runtime.Tensors.Tensor;

namespace Cim.Compiler.Ort;

/// <summary>
/// A constant that a session reads where it lies. One inside a model would be in memory four times: in the graph, in the serialized model,
/// and in the session as it was read and as its kernels want it.
/// </summary>
internal sealed class LargeConstant : IDisposable
{
    /// <summary>Numbers from which a constant is large.</summary>
    public const int Elements = 1 << 22;

    private GCHandle _pinned;

    /// <summary>Pins the constant.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="tensor">Its numbers.</param>
    public LargeConstant(string name, Tensor tensor)
    {
        Name = name;
        if (!MemoryMarshal.TryGetArray(tensor.Data, out ArraySegment<byte> bytes)) bytes = tensor.Data.ToArray();
        _pinned = GCHandle.Alloc(bytes.Array, GCHandleType.Pinned);
        Value = OrtValue.CreateTensorValueWithData(
            OrtMemoryInfo.DefaultInstance, (TensorElementType)(int)tensor.Type, [.. tensor.Shape.Dims.Select(d => (long)d)],
            Marshal.UnsafeAddrOfPinnedArrayElement(bytes.Array!, bytes.Offset), bytes.Count);
    }

    /// <summary>The name in the graph.</summary>
    public string Name { get; }

    /// <summary>What a run is fed with.</summary>
    public OrtValue Value { get; }

    public void Dispose()
    {
        Value.Dispose();
        _pinned.Free();
    }
}
