using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Cim.Bench.Wild;

/// <summary>The file as it is, run by ONNX Runtime.</summary>
internal sealed class FloatNetwork : IDisposable
{
    private readonly SessionOptions _options = new() { IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();

    public FloatNetwork(string path) => _session = new InferenceSession(path, _options);

    /// <summary>The rows of the first input that every run has; 1 where the file leaves them open.</summary>
    public int Rows =>
        _session.InputNames is [var first, ..] && _session.InputMetadata[first].Dimensions is [> 1 and var rows, ..] ? rows : 1;

    /// <summary>The element type of an output, where it is a tensor.</summary>
    public Type? OutputType(string name) =>
        _session.OutputMetadata.TryGetValue(name, out NodeMetadata? output) && output.IsTensor ? output.ElementType : null;

    /// <summary>Runs it.</summary>
    /// <param name="values">The numbers of each input, and its dimensions.</param>
    /// <param name="outputs">The outputs that are wanted.</param>
    public float[][] Run(IReadOnlyDictionary<string, (float[] Values, long[] Dims)> values, IReadOnlyList<string> outputs)
    {
        var inputs = new List<OrtValue>();
        try
        {
            foreach (string name in _session.InputNames)
                inputs.Add(Tensor(_session.InputMetadata[name].ElementDataType, values[name].Values, values[name].Dims));
            using IDisposableReadOnlyCollection<OrtValue> results = _session.Run(_run, _session.InputNames, inputs, outputs);
            return [.. results.Select(Floats)];
        }
        finally
        {
            inputs.ForEach(i => i.Dispose());
        }
    }

    private static OrtValue Tensor(TensorElementType type, float[] values, long[] dims) => type switch
    {
        TensorElementType.Float => Of(values, v => v, dims),
        TensorElementType.Double => Of(values, v => (double)v, dims),
        TensorElementType.Float16 => Of(values, v => (Float16)v, dims),
        TensorElementType.Int64 => Of(values, v => (long)v, dims),
        TensorElementType.Int32 => Of(values, v => (int)v, dims),
        TensorElementType.UInt8 => Of(values, v => (byte)v, dims),
        TensorElementType.Int8 => Of(values, v => (sbyte)v, dims),
        TensorElementType.Bool => Of(values, v => v != 0, dims),
        _ => throw new NotSupportedException($"inputs of type {type} are not compared"),
    };

    private static OrtValue Of<T>(float[] values, Func<float, T> convert, long[] dims) where T : unmanaged =>
        OrtValue.CreateTensorValueFromMemory(Array.ConvertAll(values, v => convert(v)), dims);

    private static float[] Floats(OrtValue value) => value.GetTensorTypeAndShape().ElementDataType switch
    {
        TensorElementType.Float => value.GetTensorDataAsSpan<float>().ToArray(),
        TensorElementType.Double => Array.ConvertAll(value.GetTensorDataAsSpan<double>().ToArray(), v => (float)v),
        TensorElementType.Float16 =>
            Array.ConvertAll(value.GetTensorDataAsSpan<Float16>().ToArray(), v => (float)v),
        TensorElementType.Int64 => Array.ConvertAll(value.GetTensorDataAsSpan<long>().ToArray(), v => (float)v),
        TensorElementType.Int32 => Array.ConvertAll(value.GetTensorDataAsSpan<int>().ToArray(), v => (float)v),
        TensorElementType.UInt8 => Array.ConvertAll(value.GetTensorDataAsSpan<byte>().ToArray(), v => (float)v),
        TensorElementType.Int8 => Array.ConvertAll(value.GetTensorDataAsSpan<sbyte>().ToArray(), v => (float)v),
        TensorElementType.Bool => Array.ConvertAll(value.GetTensorDataAsSpan<bool>().ToArray(), v => v ? 1f : 0),
        var type => throw new NotSupportedException($"outputs of type {type} are not compared"),
    };

    public void Dispose()
    {
        _run.Dispose();
        _session.Dispose();
        _options.Dispose();
    }
}
