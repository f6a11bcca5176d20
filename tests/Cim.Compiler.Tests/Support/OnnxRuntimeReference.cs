using System.Runtime.InteropServices;
using Cim.Runtime;
using Cim.Runtime.Tensors;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Tensor = Cim.Runtime.Tensors.Tensor;

namespace Cim.Compiler.Tests.Support;

/// <summary>ONNX Runtime as the reference: runs a model on float or int64 tensors.</summary>
internal static class OnnxRuntimeReference
{
    public static Dictionary<string, Tensor> Run(byte[] model, IReadOnlyDictionary<string, Tensor> inputs, bool optimise = false)
    {
        using var options = new SessionOptions
        {
            IntraOpNumThreads = 1,
            GraphOptimizationLevel = optimise ? GraphOptimizationLevel.ORT_ENABLE_ALL : GraphOptimizationLevel.ORT_DISABLE_ALL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        using var session = new InferenceSession(model, options);
        List<NamedOnnxValue> values = [.. inputs.Select(i => ToOnnx(i.Key, i.Value))];
        using IDisposableReadOnlyCollection<DisposableNamedOnnxValue> results = session.Run(values);
        return results.ToDictionary(r => r.Name, FromOnnx);
    }

    private static NamedOnnxValue ToOnnx(string name, Tensor t)
    {
        int[] dims = [.. t.Shape.Dims];
        return t.Type switch
        {
            ElementType.Float32 => NamedOnnxValue.CreateFromTensor(name, new DenseTensor<float>(t.Span<float>().ToArray(), dims)),
            ElementType.Int64 => NamedOnnxValue.CreateFromTensor(name, new DenseTensor<long>(t.Span<long>().ToArray(), dims)),
            ElementType.Int32 => NamedOnnxValue.CreateFromTensor(name, new DenseTensor<int>(t.Span<int>().ToArray(), dims)),
            ElementType.UInt8 => NamedOnnxValue.CreateFromTensor(name, new DenseTensor<byte>(t.Span<byte>().ToArray(), dims)),
            ElementType.Int8 => NamedOnnxValue.CreateFromTensor(name, new DenseTensor<sbyte>(t.Span<sbyte>().ToArray(), dims)),
            _ => throw new NotSupportedException(t.Type.ToString()),
        };
    }

    private static Tensor FromOnnx(NamedOnnxValue value) => value.Value switch
    {
        DenseTensor<float> t => Create<float>(t),
        DenseTensor<long> t => Create<long>(t),
        DenseTensor<int> t => Create<int>(t),
        DenseTensor<byte> t => Create<byte>(t),
        DenseTensor<sbyte> t => Create<sbyte>(t),
        _ => throw new NotSupportedException(value.Value?.GetType().Name),
    };

    private static Tensor Create<T>(DenseTensor<T> t) where T : unmanaged => Tensor.Create<T>(new Shape(t.Dimensions), t.Buffer.Span);
}
