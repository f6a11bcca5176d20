using System.Collections.Immutable;
using System.Diagnostics;
using Cim.Compiler.Data;
using Cim.Compiler.Ort;
using Cim.Runtime;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Evaluation;

/// <summary>Runs a compiled model over data, at any fidelity.</summary>
internal sealed class CompiledEvaluator
{
    /// <summary>Samples that are run at once.</summary>
    public const int BatchSamples = 64;

    private readonly CimModel _model;

    /// <exception cref="CimException">CIM0006: the model's inputs do not agree on the number of samples.</exception>
    public CompiledEvaluator(CimModel model)
    {
        _model = model;
        Input = GraphInput.Of(model.Info.Inputs.Select(i => (i.Name, i.Type, new Shape(i.Shape.AsSpan()))));
    }

    public GraphInput Input { get; }

    /// <summary>Counts the classes of every sample that is classified; null if nobody asks.</summary>
    public ConfusionCounts? Confusion { get; init; }

    /// <summary>Classifies labelled data by the first output that can name its labels.</summary>
    /// <param name="data">Opened for <see cref="Input"/>.</param>
    /// <param name="options">How to simulate.</param>
    /// <param name="limit">At most this many samples; 0 = all.</param>
    /// <param name="progress">Samples done so far.</param>
    /// <param name="cancellation">Checked between samples.</param>
    public Accuracy Evaluate(DataSet data, RunOptions options, int limit, IProgress<int>? progress, CancellationToken cancellation)
    {
        ScoredOutput scored = ScoredOutput.For(NetworkOutputs.Of(_model.Compiled, Input.FixedBatch), data);
        _model.Prepare(options); // Packing weights or programming arrays is not part of a run.
        int correct = 0, samples = 0;
        var time = new Stopwatch();
        foreach ((DataBatch images, ReadOnlyMemory<float>[] outputs) in Run(data, options, limit, time, cancellation))
        {
            correct += scored.CountCorrect(outputs[scored.Index].Span, data.Labels.AsSpan(images.First, images.Count), Confusion);
            samples += images.Count;
            progress?.Report(samples);
        }

        return new Accuracy(correct, samples, time.Elapsed.TotalSeconds);
    }

    /// <summary>Runs all samples in order; the outputs are valid until the next batch.</summary>
    public IEnumerable<(DataBatch Images, ReadOnlyMemory<float>[] Outputs)> Run(
        DataSet data, RunOptions options, int limit, Stopwatch? time, CancellationToken cancellation)
    {
        ImmutableArray<TensorDescription> outputs = _model.Info.Outputs;
        int batch = Input.Batch(BatchSamples), samplesPerUnit = Math.Max(1, Input.FixedBatch);
        Memory<float>[] buffers = [.. outputs.Select((_, i) => new float[_model.OutputLength(i, batch / samplesPerUnit)].AsMemory())];
        foreach (DataBatch images in data.Batches(batch, limit))
        {
            if (images.Count % samplesPerUnit != 0)
            {
                if (images.First == 0)
                    throw new CimException(ErrorCodes.InvalidData,
                        $"The model's batch is fixed at {samplesPerUnit}, but there are only {images.Count} samples.") { File = data.Path };
                yield break;
            }

            int units = images.Count / samplesPerUnit;
            Memory<float>[] used = [.. outputs.Select((_, i) => buffers[i][.._model.OutputLength(i, units)])];
            ImmutableArray<ReadOnlyMemory<float>> values = Input.Split(images.First, images.Count, images.Values).Values;
            time?.Start();
            _model.Run(values.AsSpan(), used, units, options with { FirstSample = images.First / samplesPerUnit }, cancellation);
            time?.Stop();
            yield return (images, [.. used.Select(u => (ReadOnlyMemory<float>)u)]);
        }
    }

    /// <summary>The first output for samples in memory, batch after batch; valid until the next one. Samples that do not fill a fixed batch
    /// are left out.</summary>
    public IEnumerable<ReadOnlyMemory<float>> Run(CalibrationData samples, RunOptions options, CancellationToken cancellation)
    {
        int samplesPerUnit = Math.Max(1, Input.FixedBatch), first = 0;
        _model.Prepare(options);
        foreach (SampleRun run in samples.Runs(Input, BatchSamples))
        {
            int units = run.Count / samplesPerUnit;
            Memory<float>[] outputs = [.. _model.Info.Outputs.Select((_, i) => new float[_model.OutputLength(i, units)].AsMemory())];
            _model.Run(run.Values.AsSpan(), outputs, units, options with { FirstSample = first }, cancellation);
            first += units;
            yield return outputs[0];
        }
    }
}
