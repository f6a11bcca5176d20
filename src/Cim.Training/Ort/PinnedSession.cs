using Cim.Onnx.Building;
using Cim.Onnx.Proto;
using Cim.Training.Engine;
using Cim.Training.Kernels;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;

namespace Cim.Training.Ort;

/// <summary>An ONNX Runtime session over float32 arrays: inputs and outputs are pinned once, runs copy nothing.</summary>
internal sealed class PinnedSession : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _runOptions = new();
    private readonly string[] _inputNames;
    private readonly string[] _outputNames;
    private readonly OrtValue[] _inputValues;
    private readonly OrtValue[] _outputValues;

    /// <summary>Compiles the graph.</summary>
    /// <param name="graph">All inputs and outputs float32 of fixed shape.</param>
    /// <param name="bindings">The array each input reads and each output writes, by name.</param>
    /// <param name="parts">Parts an operator is cut into, see <see cref="OperatorParts"/>.</param>
    /// <exception cref="Cim.Runtime.CimException">CIM0016, see <see cref="NativeGraph"/>.</exception>
    public PinnedSession(GraphProto graph, IReadOnlyDictionary<string, float[]> bindings, int parts)
    {
        NativeGraph.Require(graph);
        ModelProto model = new GraphBuilder(graph).Build(GraphBuilder.DefaultOpset, ("com.microsoft", 1), (BlockedLayout.Domain, 1));
        using var options = new SessionOptions
        {
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            IntraOpNumThreads = parts,
            InterOpNumThreads = 1,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };

        // Two training sessions in one process must not burn each other's cores while they wait.
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        _session = new InferenceSession(model.ToByteArray(), options);
        _inputNames = [.. graph.Input.Select(input => input.Name)];
        _outputNames = [.. graph.Output.Select(output => output.Name)];
        _inputValues = [.. graph.Input.Select(input => Pin(input, bindings))];
        _outputValues = [.. graph.Output.Select(output => Pin(output, bindings))];
    }

    /// <summary>Reads the bound inputs, writes the bound outputs.</summary>
    public void Run() => _session.Run(_runOptions, _inputNames, _inputValues, _outputNames, _outputValues);

    public void Dispose()
    {
        foreach (OrtValue value in _inputValues.Concat(_outputValues))
            value.Dispose();
        _runOptions.Dispose();
        _session.Dispose();
    }

    private static OrtValue Pin(ValueInfoProto info, IReadOnlyDictionary<string, float[]> bindings) =>
        OrtValue.CreateTensorValueFromMemory(bindings[info.Name], ShapeProbe.Dims(info));
}
