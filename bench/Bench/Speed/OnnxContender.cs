using Microsoft.ML.OnnxRuntime;

namespace Cim.Bench.Speed;

/// <summary>ONNX Runtime with all its optimisations.</summary>
internal sealed class OnnxContender : IDisposable
{
    private readonly InferenceSession _session;
    private readonly SessionOptions _options;
    private readonly OrtValue _input;
    private readonly RunOptions _run = new();

    /// <summary>Creates a session.</summary>
    /// <param name="path">The ONNX file.</param>
    /// <param name="threads">Threads of an operator.</param>
    /// <param name="input">The images of a batch.</param>
    /// <param name="shape">The shape of <paramref name="input"/>.</param>
    public OnnxContender(string path, int threads, float[] input, long[] shape)
    {
        _options = new SessionOptions
        {
            IntraOpNumThreads = threads, InterOpNumThreads = 1, GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
        };
        _session = new InferenceSession(path, _options);
        _input = OrtValue.CreateTensorValueFromMemory(input, shape);
    }

    /// <summary>One inference.</summary>
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
