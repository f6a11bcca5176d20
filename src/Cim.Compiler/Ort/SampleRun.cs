using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Cim.Compiler.Data;
using Cim.Runtime;
using Cim.Runtime.Tensors;
using Microsoft.ML.OnnxRuntime;

namespace Cim.Compiler.Ort;

/// <summary>The samples of one run, input by input.</summary>
/// <param name="Input">The network's inputs.</param>
/// <param name="First">Index of the first sample.</param>
/// <param name="Count">The number of samples.</param>
/// <param name="Values">For each input [count, sample...].</param>
internal sealed record SampleRun(GraphInput Input, int First, int Count, ImmutableArray<ReadOnlyMemory<float>> Values)
{
    /// <summary>What ONNX Runtime reads, by name; valid while the samples are.</summary>
    public NamedValues Feeds()
    {
        var feeds = new NamedValues();
        for (int i = 0; i < Values.Length; i++) feeds[Input.Ports[i].Name] = Feed(Input.Ports[i], Values[i]);
        return feeds;
    }

    /// <summary>What the simulator reads, in the order of the inputs.</summary>
    public Tensor[] Tensors() => [.. Input.Ports.Select((port, i) => port.Tensor(Values[i].Span, Count))];

    private OrtValue Feed(InputPort port, ReadOnlyMemory<float> values)
    {
        long[] dims = [.. port.Dims(Count).Select(d => (long)d)];
        if (port.Type == ElementType.Float32) return OnnxSession.Tensor(values, dims);
        return Value(port.Tensor(values.Span, Count), dims);
    }

    /// <summary>A constant as ONNX Runtime reads it.</summary>
    public static OrtValue Value(Tensor tensor) => Value(tensor, [.. tensor.Shape.Dims.Select(d => (long)d)]);

    private static OrtValue Value(Tensor tensor, long[] dims)
    {
        ReadOnlySpan<byte> data = tensor.Data.Span;
        return tensor.Type switch
        {
            ElementType.Float32 => Copy<float>(data, dims),
            ElementType.Int64 => Copy<long>(data, dims),
            ElementType.Int32 => Copy<int>(data, dims),
            ElementType.Int8 => Copy<sbyte>(data, dims),
            ElementType.UInt8 => Copy<byte>(data, dims),
            _ => Copy<bool>(data, dims),
        };
    }

    private static OrtValue Copy<T>(ReadOnlySpan<byte> data, long[] dims) where T : unmanaged =>
        OrtValue.CreateTensorValueFromMemory(MemoryMarshal.Cast<byte, T>(data).ToArray(), dims);
}
