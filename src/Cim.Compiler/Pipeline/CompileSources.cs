using System.Collections.Immutable;
using Cim.Compiler.Data;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Ir;
using Cim.Compiler.Messages;
using Cim.Compiler.Options;
using Cim.Compiler.Ort;
using Cim.Compiler.QuantizationAware;
using Cim.Runtime;
using Cim.Training.Data;

namespace Cim.Compiler.Pipeline;

/// <summary>The files a compilation reads, as its network takes them.</summary>
/// <param name="options">Which files.</param>
internal sealed class CompileSources(CompileOptions options)
{
    private string? _modelSha256;

    /// <summary>The hash of the model with its external weights.</summary>
    public string ModelSha256 => _modelSha256 ??= InputHash.OfModel(options.ModelPath);

    /// <summary>The labelled data; null if there is none.</summary>
    public DataSet? OpenEvaluation(GraphInput input) => options.Evaluation is { } path ? Open(path, input) : null;

    /// <summary>The float network on the labelled data.</summary>
    public Accuracy EvaluateFloat(CancellationToken cancellation)
    {
        using var original = new FloatEvaluator(options.ModelPath, options.Import, cancellation);
        return original.Evaluate(
            DataSet.Open(options.Evaluation!, original.Input.Ports, options.Preprocessing), options.EvaluationLimit, null, cancellation);
    }

    /// <summary>The calibration samples, else the training samples; null if there are neither.</summary>
    public DataSet? OpenCalibration(GraphInput input) =>
        (options.Calibration ?? options.Training) is { } path ? Open(path, input) : null;

    /// <summary>A data file.</summary>
    public DataSet Open(string path, GraphInput input) => DataSet.Open(path, input.Ports, options.Preprocessing);

    /// <summary>The calibration samples, else some of the training samples, else random ones.</summary>
    public CalibrationData ReadCalibration(GraphInput input, CancellationToken cancellation) =>
        OpenCalibration(input) is { } data
            ? CalibrationData.From(data, options.CalibrationSamples, cancellation)
            : CalibrationData.Random(input, options.Seed);

    /// <summary>Samples of the calibration file that <see cref="ReadCalibration"/> leaves out, evenly spread; null if it takes
    /// all.</summary>
    /// <param name="input">The network's input.</param>
    /// <param name="used">Samples calibrated on.</param>
    /// <param name="samples">At most this many.</param>
    /// <param name="cancellation">Checked between samples.</param>
    public CalibrationData? ReadHeldOut(GraphInput input, int used, int samples, CancellationToken cancellation)
    {
        if (OpenCalibration(input) is not { } data) return null;
        int batch = Math.Max(1, input.FixedBatch), count = Math.Min(samples, data.Count - used) / batch * batch;
        if (used == 0 || count <= 0) return null;
        HashSet<int> calibrated = [.. Enumerable.Range(0, used).Select(i => (int)((long)i * data.Count / used))];
        int[] others = [.. Enumerable.Range(0, data.Count).Where(i => !calibrated.Contains(i))];
        HashSet<int> chosen = [.. Enumerable.Range(0, count).Select(i => others[(int)((long)i * others.Length / count)])];
        float[] values = new float[checked(count * data.SampleElements)];
        int kept = 0;
        foreach (DataBatch sample in data.Batches(1, chosen.Max() + 1))
        {
            cancellation.ThrowIfCancellationRequested();
            if (chosen.Contains(sample.First)) sample.Values.Span.CopyTo(values.AsSpan(kept++ * data.SampleElements));
        }

        return new CalibrationData(values, kept, false);
    }

    /// <summary>The calibration samples as a search uses them; null without a calibration file.</summary>
    public SearchData? ReadSearchData(Graph graph, GraphInput input, CancellationToken cancellation) =>
        options.Calibration is { } path
            ? SearchData.For(Open(path, input), graph, input, cancellation, options.SearchSamples)
            : null;

    /// <summary>
    /// The network with the output alone that accuracy is measured on: the first that can name the labels there are, of the evaluation data
    /// or else of the calibration data.
    /// </summary>
    public Graph Scored(Graph graph, GraphInput input)
    {
        DataSet? calibration = options.Calibration is { } path ? Open(path, input) : null;
        return ScoredGraph.Of(graph, input, OpenEvaluation(input) ?? calibration);
    }

    /// <summary>
    /// Samples on which the error of each layer is measured: evaluation samples where there are any, because quantizers were fitted to
    /// those of the calibration and look better on them.
    /// </summary>
    /// <param name="input">The network's input.</param>
    /// <param name="calibration">What is used without evaluation data.</param>
    /// <param name="samples">At most this many.</param>
    /// <param name="cancellation">Checked between samples.</param>
    public CalibrationData ReadErrorSamples(GraphInput input, CalibrationData calibration, int samples, CancellationToken cancellation) =>
        OpenEvaluation(input) is { } evaluation && evaluation.Count >= input.FixedBatch
            ? CalibrationData.From(evaluation, Math.Max(samples, input.FixedBatch), cancellation)
            : calibration;

    /// <summary>The training samples, all in memory, and the hold-out set.</summary>
    /// <exception cref="CimException">CIM0006: they cannot be read, or the network has not one input of real numbers.</exception>
    public TrainingData ReadTraining(GraphInput input, CancellationToken cancellation)
    {
        if (input.Ports is not [{ Type: ElementType.Float32, HasBatchAxis: true } port])
            throw OptionError.Of(ErrorCodes.InvalidData,
                $"Training needs a network with one input of real numbers and a batch dimension; this one has "
                + $"{string.Join(", ", input.Ports.Select(p => $"'{p.Name}' of {p.Type}"))}. Leave {OptionTable.Training.Named()} out.",
                options.ModelPath);
        if (options.Augmentation != Augmentation.None && port.SampleDims.Length != 3)
            throw OptionError.Usage(
                $"{OptionTable.TrainingShift.Named()} and {OptionTable.TrainingFlip.Named()} move images (channels, rows, columns); "
                + $"the samples of '{port.Name}' have {port.SampleDims.Length} dimensions. Leave them out.", options.ModelPath);
        SampleSet training = Read(options.Training!);
        return options.Validation is { } validation
            ? new TrainingData(training, Read(validation), options.Augmentation)
            : TrainingData.Split(training, options.Augmentation);

        SampleSet Read(string path) =>
            TrainingSamples.Read(Open(path, input), [.. port.SampleDims.Select(d => (long)d)], cancellation);
    }
}
