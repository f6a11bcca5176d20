using Microsoft.ML.OnnxRuntime;

namespace Cim.Benchmarks;

/// <summary>ONNX Runtime with all its optimisations.</summary>
internal sealed class OnnxContender : IDisposable
{
    private readonly InferenceSession _session;
    private readonly SessionOptions _options;
    private readonly OrtValue _input;
    private readonly RunOptions _run = new();

    private OnnxContender(string path, int batch, int threads, float[] input, long[] shape)
    {
        _options = new SessionOptions
        {
            IntraOpNumThreads = threads, InterOpNumThreads = 1, GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
        };
        _session = new InferenceSession(path, _options);
        _input = OrtValue.CreateTensorValueFromMemory(input, [batch, .. shape]);
    }

    /// <summary>A session, null without a path.</summary>
    public static OnnxContender? Of(string? path, int batch, int threads, float[] input, long[] shape) =>
        path is null ? null : new OnnxContender(path, batch, threads, input, shape);

    public void Run()
    {
        using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(_run, _session.InputNames, [_input], _session.OutputNames);
    }

    public void Dispose()
    {
        _run.Dispose();
        _input.Dispose();
        _session.Dispose();
        _options.Dispose();
    }
}
