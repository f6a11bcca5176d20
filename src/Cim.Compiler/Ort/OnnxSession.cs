using Cim.Compiler.Export;
using Cim.Onnx;
using Cim.Onnx.Proto;
using Cim.Runtime;
using Cim.Runtime.Diagnostics;
using Cim.Runtime.Tensors;
using Cim.Training.Engine;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Cim.Compiler.Ort;

/// <summary>A model run by ONNX Runtime on the CPU; its errors become errors of this tool.</summary>
internal sealed class OnnxSession : IDisposable
{
    /// <summary>What ONNX Runtime writes of an index that is outside of what it selects from.</summary>
    private const string BeyondTable = "must be within the inclusive range";

    private readonly InferenceSession _session;
    private readonly Microsoft.ML.OnnxRuntime.RunOptions _run = new();
    private readonly CancellationToken _cancellation;
    private readonly CancellationTokenRegistration _ending;

    /// <param name="model">A serialized ModelProto.</param>
    /// <param name="what">What the model is, for messages.</param>
    /// <param name="optimize">False keeps every node as it is written.</param>
    /// <param name="isLarge">True returns the memory of every value to the system as soon as nothing reads it.</param>
    /// <param name="cancellation">Ends a run before the next operator.</param>
    public OnnxSession(
        byte[] model, string what, bool optimize = true, bool isLarge = false, CancellationToken cancellation = default)
    {
        using SessionOptions options = Options(optimize);
        // An arena grows by powers of two and holds what a run needed at most, for values of hundreds of megabytes twice that.
        options.EnableCpuMemArena = !isLarge;
        (What, _cancellation) = (what, cancellation);
        _session = Guard(what, () => new InferenceSession(model, options));
        _ending = cancellation.Register(() => _run.Terminate = true);
    }

    /// <param name="path">An <c>.onnx</c> file; external data is found beside it.</param>
    /// <param name="cancellation">Ends a run before the next operator.</param>
    /// <exception cref="CimException">CIM0002: the file is no model; CIM0016: ONNX Runtime would not survive it; CIM0004: it refuses
    /// it.</exception>
    public OnnxSession(string path, CancellationToken cancellation = default)
    {
        File = Structure(path);
        ExportVerifier.Require([.. OptionalOutputs.Missing(File.Node)], "The model", path);
        using SessionOptions options = Options(optimize: true);
        (What, _cancellation) = (path, cancellation);
        _session = Guard(path, () => new InferenceSession(path, options));
        _ending = cancellation.Register(() => _run.Terminate = true);
    }

    private string What { get; }

    /// <summary>The graph of the file without the data of its weights; null for a model that is none.</summary>
    public GraphProto? File { get; }

    public IReadOnlyDictionary<string, NodeMetadata> Inputs => _session.InputMetadata;

    /// <summary>Values fed with every run, disposed with the session: constants too large to be copied into it.</summary>
    public IReadOnlyList<LargeConstant> Constants { get; init; } = [];

    public IReadOnlyList<string> Outputs => _session.OutputNames;

    /// <summary>False for an output that is a sequence or a map.</summary>
    public bool IsTensor(string output) => _session.OutputMetadata[output].IsTensor;

    /// <summary>The type of an output's numbers.</summary>
    public Type TypeOf(string output) => _session.OutputMetadata[output].ElementType;

    /// <summary>Runs once and returns the named outputs, which the caller disposes.</summary>
    public IDisposableReadOnlyCollection<OrtValue> Run(IReadOnlyDictionary<string, OrtValue> inputs, IReadOnlyCollection<string> outputs) =>
        Guard(What, () => _session.Run(_run, Constants.Count == 0 ? inputs : WithConstants(inputs), outputs));

    /// <summary>Runs samples and returns the named outputs, which the caller disposes.</summary>
    /// <param name="samples">They may have more inputs than the model.</param>
    /// <param name="outputs">The values to return.</param>
    /// <param name="others">Inputs of the model that are no samples.</param>
    public IDisposableReadOnlyCollection<OrtValue> Run(
        SampleRun samples, IReadOnlyCollection<string> outputs, IEnumerable<KeyValuePair<string, OrtValue>>? others = null)
    {
        using NamedValues feeds = samples.Feeds();
        return Run(feeds.Where(f => Inputs.ContainsKey(f.Key)).Concat(others ?? []).ToDictionary(StringComparer.Ordinal), outputs);
    }

    /// <summary>Wraps memory that must outlive the value.</summary>
    public static OrtValue Tensor(ReadOnlyMemory<float> values, long[] dims) =>
        OrtValue.CreateTensorValueFromMemory(
            OrtMemoryInfo.DefaultInstance, System.Runtime.InteropServices.MemoryMarshal.AsMemory(values), dims);

    /// <summary>Numbers in a tensor.</summary>
    public static int Length(OrtValue value) => checked((int)value.GetTensorTypeAndShape().ElementCount);

    /// <summary>The numbers of a tensor of any type a network's output can have.</summary>
    public static ReadOnlySpan<float> Floats(OrtValue value)
    {
        return value.GetTensorTypeAndShape().ElementDataType switch
        {
            TensorElementType.Float => value.GetTensorDataAsSpan<float>(),
            TensorElementType.Int64 => Converted(value.GetTensorDataAsSpan<long>()),
            TensorElementType.Int32 => Converted(value.GetTensorDataAsSpan<int>()),
            TensorElementType.Int8 => Converted(value.GetTensorDataAsSpan<sbyte>()),
            TensorElementType.UInt8 => Converted(value.GetTensorDataAsSpan<byte>()),
            TensorElementType.Double => Converted(value.GetTensorDataAsSpan<double>()),
            TensorElementType.Bool => Array.ConvertAll(value.GetTensorDataAsSpan<bool>().ToArray(), b => b ? 1f : 0f),
            TensorElementType other =>
                throw new CimException(ErrorCodes.InvalidGraph, $"An output has the type {other}; export the model with float32 outputs."),
        };

        static float[] Converted<T>(ReadOnlySpan<T> values) where T : System.Numerics.INumberBase<T>
        {
            float[] floats = new float[values.Length];
            for (int i = 0; i < floats.Length; i++) floats[i] = float.CreateTruncating(values[i]);
            return floats;
        }
    }

    public void Dispose()
    {
        _ending.Dispose();
        _session.Dispose();
        foreach (LargeConstant constant in Constants) constant.Dispose();
        _run.Dispose();
    }

    private static GraphProto Structure(string path)
    {
        try
        {
            using FileStream stream = InputFile.Open(path, "model");
            return OnnxStructure.Read(stream);
        }
        catch (OnnxFormatException e)
        {
            throw new CimException(ErrorCodes.MalformedOnnx, $"The model cannot be read: {e.Message}.", e) { File = path };
        }
    }

    private static SessionOptions Options(bool optimize)
    {
        var options = new SessionOptions
        {
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            // By default it is the number of cores, and sums would differ between machines that differ in nothing else.
            IntraOpNumThreads = OperatorParts.Count,
            InterOpNumThreads = 1,
        };
        // Where there are fewer cores than parts, a waiting thread must not burn the one another needs.
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        // Without this, 8-bit kernels of CPUs without VNNI add pairs of products in saturating 16 bits: not the integers meant.
        options.AddSessionConfigEntry("session.x64quantprecision", "1");
        // This fusion computes into the other summand and so loses it where it is an output, as intermediate values are here. The
        // transformer moves quantizers over other operators and, since 1.29, gives them a type that contradicts their zero point.
        options.AddSessionConfigEntry("optimization.disable_specified_optimizers", "ConvAddActivationFusion;QDQPropagationTransformer");
        options.GraphOptimizationLevel = optimize ? GraphOptimizationLevel.ORT_ENABLE_ALL : GraphOptimizationLevel.ORT_DISABLE_ALL;
        return options;
    }

    private Dictionary<string, OrtValue> WithConstants(IReadOnlyDictionary<string, OrtValue> inputs)
    {
        var all = new Dictionary<string, OrtValue>(inputs, StringComparer.Ordinal);
        foreach (LargeConstant constant in Constants) all[constant.Name] = constant.Value;
        return all;
    }

    private T Guard<T>(string what, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (OnnxRuntimeException e)
        {
            _cancellation.ThrowIfCancellationRequested();
            // The samples' fault, not the network's; there is no other sign of it than the text.
            if (e.Message.Contains(BeyondTable, StringComparison.Ordinal))
                throw new CimException(ErrorCodes.InvalidInputValue,
                    $"A sample has a value that is no index of the table it selects from: {e.Message}. Give samples whose values are in "
                    + "that range (token ids of the network's own tokenizer); without samples, values are random.", e);
            throw new CimException(ErrorCodes.InvalidGraph, $"ONNX Runtime cannot run {what}: {e.Message}", e);
        }
    }
}
