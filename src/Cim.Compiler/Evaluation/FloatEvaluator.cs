using System.Collections.Immutable;
using System.Diagnostics;
using Cim.Compiler.Calibration;
using Cim.Compiler.Data;
using Cim.Runtime;
using Microsoft.ML.OnnxRuntime;

namespace Cim.Compiler.Evaluation;

/// <summary>Runs an <c>.onnx</c> file as it is, in ONNX Runtime: the accuracy every compiled network is compared with.</summary>
internal sealed class FloatEvaluator : IDisposable
{
    private readonly OnnxSession _session;

    /// <exception cref="CimException">CIM0004, CIM0006: ONNX Runtime refuses the model, or it does not have one float input.</exception>
    public FloatEvaluator(string path)
    {
        _session = new OnnxSession(path);
        try
        {
            if (_session.Inputs.Count != 1)
                throw new CimException(ErrorCodes.InvalidData, $"The model has {_session.Inputs.Count} inputs ({string.Join(", ", _session.Inputs.Keys)}); data files feed models with one input.") { File = path };
            (string name, NodeMetadata metadata) = _session.Inputs.First();
            if (metadata.ElementType != typeof(float))
                throw new CimException(ErrorCodes.InvalidData, $"The input '{name}' is {metadata.ElementType.Name}; data files feed float inputs.") { File = path };
            int[] dims = metadata.Dimensions;
            if (dims.Skip(1).Any(d => d <= 0))
                throw new CimException(ErrorCodes.InvalidData, $"The input '{name}' has the shape {RecordFile.Dims(dims)}: only its first dimension may be open.") { File = path };
            Input = GraphInput.Of(name, new Shape(dims));
        }
        catch
        {
            _session.Dispose();
            throw;
        }
    }

    public GraphInput Input { get; }

    /// <summary>Classifies labelled data by the model's first output.</summary>
    /// <param name="data">Opened for <see cref="Input"/>.</param>
    /// <param name="limit">At most this many samples; 0 = all.</param>
    /// <param name="progress">Samples done so far.</param>
    /// <param name="cancellation">Checked between batches.</param>
    public Accuracy Evaluate(DataSet data, int limit, IProgress<int>? progress, CancellationToken cancellation)
    {
        string[] outputs = [_session.Outputs[0]];
        int correct = 0, samples = 0;
        var time = new Stopwatch();
        int batch = Input.Batch(32);
        foreach (DataBatch images in data.Batches(batch, limit))
        {
            cancellation.ThrowIfCancellationRequested();
            if (Input.FixedBatch > 0 && images.Count < batch) break;
            time.Start();
            using IDisposableReadOnlyCollection<OrtValue> results = _session.Run(Input.Name, images.Values, Input.Dims(images.Count), outputs);
            time.Stop();
            ReadOnlySpan<float> scores = results[0].GetTensorDataAsSpan<float>();
            if (samples == 0) data.RequireLabels(scores.Length / images.Count);
            correct += Accuracy.CountCorrect(scores, data.Labels.AsSpan(images.First, images.Count));
            samples += images.Count;
            progress?.Report(samples);
        }

        return new Accuracy(correct, samples, time.Elapsed.TotalSeconds);
    }

    public void Dispose() => _session.Dispose();
}
