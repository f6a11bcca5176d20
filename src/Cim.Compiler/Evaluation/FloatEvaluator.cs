using System.Collections.Immutable;
using System.Diagnostics;
using Cim.Compiler.Data;
using Cim.Compiler.Import;
using Cim.Compiler.Ort;
using Cim.Onnx.Proto;
using Cim.Runtime;
using Cim.Runtime.Tensors;
using Microsoft.ML.OnnxRuntime;

namespace Cim.Compiler.Evaluation;

/// <summary>Runs an <c>.onnx</c> file as it is, in ONNX Runtime: the accuracy every compiled network is compared with.</summary>
internal sealed class FloatEvaluator : IDisposable
{
    private readonly OnnxSession _session;
    private readonly string _path;
    private readonly NamedValues _fixed = [];

    /// <param name="path">The file.</param>
    /// <param name="options">Sizes of open dimensions; defaults if null.</param>
    /// <param name="cancellation">Ends a run before the next operator.</param>
    /// <exception cref="CimException">CIM0002, CIM0016: the file is no model that ONNX Runtime can load; CIM0004, CIM0006: it refuses the
    /// model, or an input has open dimensions.</exception>
    public FloatEvaluator(string path, ImportOptions? options = null, CancellationToken cancellation = default)
    {
        (_session, _path) = (new OnnxSession(path, cancellation), path);
        try
        {
            foreach ((string name, NodeMetadata input) in _session.Inputs) TypeOf(name, input.ElementType, path);
            GraphProto graph = _session.File!;
            var reader = new InputReader(graph, [.. graph.Initializer.Select(i => i.Name)], options ?? ImportOptions.Default);
            Input = GraphInput.Of(reader.Read().Select(i => (i.Name, i.Info.Type, i.Info.Shape)));
            foreach ((string name, Tensor value) in reader.Fixed) _fixed[name] = SampleRun.Value(value);
        }
        catch (CimException e)
        {
            Dispose();
            if (e.File is not null) throw;
            throw new CimException(e.Code, e.Message, e) { File = path };
        }
    }

    public GraphInput Input { get; }

    /// <summary>Counts the classes of every sample that is classified; null if nobody asks.</summary>
    public ConfusionCounts? Confusion { get; init; }

    /// <summary>Classifies labelled data by the first output that can name its labels.</summary>
    /// <param name="data">Opened for <see cref="Input"/>.</param>
    /// <param name="limit">At most this many samples; 0 = all.</param>
    /// <param name="progress">Samples done so far.</param>
    /// <param name="cancellation">Checked between batches.</param>
    public Accuracy Evaluate(DataSet data, int limit, IProgress<int>? progress, CancellationToken cancellation)
    {
        data.RequireLabels();
        string[] outputs = [.. _session.Outputs.Where(_session.IsTensor)];
        ScoredOutput? scored = null;
        int correct = 0, samples = 0;
        var time = new Stopwatch();
        int batch = Input.Batch(32);
        foreach (DataBatch images in data.Batches(batch, limit))
        {
            cancellation.ThrowIfCancellationRequested();
            if (Input.FixedBatch > 0 && images.Count < batch)
            {
                if (samples == 0)
                    throw new CimException(ErrorCodes.InvalidData,
                        $"The model's batch is fixed at {Input.FixedBatch}, but there are only {images.Count} samples.")
                        {
                            File = data.Path,
                        };
                break;
            }

            time.Start();
            using IDisposableReadOnlyCollection<OrtValue> results = _session.Run(
                Input.Split(images.First, images.Count, images.Values), outputs, _fixed);
            time.Stop();
            if (scored is null)
            {
                // The first run says how many numbers each output has; the others compute only the one that is scored.
                scored = ScoredOutput.For([.. outputs.Select((o, i) => Facts(o, results[i], images.Count))], data);
                outputs = [outputs[scored.Index]];
            }

            int at = results.Count == 1 ? 0 : scored.Index;
            correct += scored.CountCorrect(
                OnnxSession.Floats(results[at]), data.Labels.AsSpan(images.First, images.Count), Confusion);
            samples += images.Count;
            progress?.Report(samples);
        }

        return new Accuracy(correct, samples, time.Elapsed.TotalSeconds);
    }

    public void Dispose()
    {
        _fixed.Dispose();
        _session.Dispose();
    }

    private OutputFacts Facts(string name, OrtValue value, int samples)
    {
        bool isBySample = value.GetTensorTypeAndShape().Shape is [var results, ..] ? results % samples == 0 : samples == 1;
        int numbers = OnnxSession.Length(value) / samples;
        ElementType type = TypeOf(name, _session.TypeOf(name), _path);
        return new OutputFacts(name, type, numbers, numbers == 1 && type == ElementType.Float32
            && NetworkOutputs.EndsWithSigmoid(_session.File!, name)) { IsBySample = isBySample || Input.FixedBatch == 1 };
    }

    private static ElementType TypeOf(string name, Type type, string path) =>
        type == typeof(float) ? ElementType.Float32
        : type == typeof(long) ? ElementType.Int64
        : type == typeof(int) ? ElementType.Int32
        : type == typeof(sbyte) ? ElementType.Int8
        : type == typeof(byte) ? ElementType.UInt8
        : type == typeof(bool) ? ElementType.Bool
        : throw new CimException(ErrorCodes.InvalidData,
            $"The input '{name}' is {type.Name}, which data files cannot feed; export the model with a float32 or integer input.")
            {
                File = path,
            };
}
