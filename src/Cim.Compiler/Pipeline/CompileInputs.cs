using System.Collections.Immutable;
using Cim.Compiler.Calibration;
using Cim.Compiler.Data;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Agreement;
using Cim.Compiler.Ir;
using Cim.Compiler.Messages;
using Cim.Compiler.Options;
using Cim.Compiler.Ort;
using Cim.Compiler.QuantizationAware;
using Cim.Runtime;
using Cim.Runtime.Hardware;
using Cim.Training.Data;

namespace Cim.Compiler.Pipeline;

/// <summary>The files a compilation reads, with their hashes, and how they feed the network.</summary>
internal sealed class CompileInputs
{
    /// <summary>From so many samples on, one label for all of them is no chance.</summary>
    private const int FewestForOneLabel = 10;

    private const int InspectedSamples = 64;

    private readonly CompileOptions _options;
    private readonly Graph _graph;

    public CompileInputs(CompileOptions options, Graph graph)
    {
        (_options, _graph) = (options, graph);
        Input = GraphInput.Of(graph);
        ModelSha256 = InputHash.OfModel(options.ModelPath);
        Labels = options.Labels is { } labels ? ClassLabels.Read(labels, graph) : [];
    }

    public GraphInput Input { get; }

    public string ModelSha256 { get; }

    /// <summary>The names of the classes; empty without a file of them.</summary>
    public ImmutableArray<string> Labels { get; }

    /// <summary>Samples really used; 0 without calibration data.</summary>
    public int CalibrationSamples { get; private set; }

    /// <summary>The calibration samples, else some of the training samples, else random ones.</summary>
    public CalibrationData ReadCalibration(CompileContext context)
    {
        if ((_options.Calibration ?? _options.Training) is not { } path) return CalibrationData.Random(Input, _options.Seed);
        CalibrationData data = CalibrationData.From(
            DataSet.Open(path, Input.Ports, _options.Preprocessing), _options.CalibrationSamples, context.Cancellation);
        CalibrationSamples = data.Count;
        if (SampleInformation.Problem(data, Input) is { } problem)
            Warn(context, path, problem, "ranges and rounding fitted to them are worth nothing");
        return data;
    }

    /// <summary>Samples of the calibration file that <see cref="ReadCalibration"/> leaves out, evenly spread; null if it takes
    /// all.</summary>
    /// <param name="samples">At most this many.</param>
    /// <param name="cancellation">Checked between samples.</param>
    public CalibrationData? ReadHeldOut(int samples, CancellationToken cancellation)
    {
        if ((_options.Calibration ?? _options.Training) is not { } path) return null;
        DataSet data = DataSet.Open(path, Input.Ports, _options.Preprocessing);
        int used = CalibrationSamples, batch = Math.Max(1, Input.FixedBatch), count = Math.Min(samples, data.Count - used) / batch * batch;
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

    /// <summary>The calibration samples as a search uses them.</summary>
    public SearchData ReadSearchData(CancellationToken cancellation) =>
        SearchData.For(
            DataSet.Open(_options.Calibration!, Input.Ports, _options.Preprocessing), _graph, Input, cancellation, _options.SearchSamples);

    /// <summary>
    /// The network seen through the output it is judged by: the first that can name the labels there are, of the evaluation data or else
    /// of the calibration data.
    /// </summary>
    public Graph Judged()
    {
        DataSet? calibration = _options.Calibration is { } path ? DataSet.Open(path, Input.Ports, _options.Preprocessing) : null;
        return ScoredGraph.Of(_graph, Input, OpenEvaluation() ?? calibration);
    }

    /// <summary>Opens every data file, so that one that cannot be used is an error before the long work.</summary>
    /// <exception cref="CimException">CIM0006, CIM0007: a file cannot be read, or holds labels the network cannot give.</exception>
    public void Check(CompileContext context)
    {
        if (OpenEvaluation() is { } evaluation)
        {
            _ = ScoredOutput.For(NetworkOutputs.Of(_graph, Input.FixedBatch), evaluation);
            RequireBatch(evaluation);
            if (evaluation.Count >= FewestForOneLabel && evaluation.Labels.Distinct().Count() == 1)
                context.Warn(ErrorCodes.OneLabel,
                    $"Every one of the {evaluation.Count} samples of {evaluation.Path} has the label {evaluation.Labels[0]}: the accuracy "
                    + $"on them says little. Give samples of all classes.");
            DataBatch first = evaluation.Batches(InspectedSamples, InspectedSamples).First();
            if (SampleInformation.Problem(new CalibrationData(first.Values.ToArray(), first.Count, false), Input) is { } problem)
                Warn(context, evaluation.Path, problem, "the accuracy on them says nothing of others");
        }

        if ((_options.Calibration ?? _options.Training) is { } calibration)
            RequireBatch(DataSet.Open(calibration, Input.Ports, _options.Preprocessing));
        foreach (string? path in new[] { _options.Training, _options.Validation })
            if (path is not null && DataSet.Open(path, Input.Ports, _options.Preprocessing) is { HasLabels: true } labelled)
                _ = ScoredOutput.For([NetworkOutputs.Of(_graph, Input.FixedBatch)[0]], labelled);
    }

    private static void Warn(CompileContext context, string path, string problem, string consequence) =>
        context.Warn(ErrorCodes.SamplesSayNothing,
            $"The samples of {path} say nothing about what the network reads: {problem}. So {consequence}; check the file and its "
            + $"{OptionTable.Scale.Named()}, {OptionTable.Mean.Named()}, {OptionTable.Std.Named()}.");

    private void RequireBatch(DataSet data)
    {
        if (data.Count < Input.FixedBatch)
            throw new CimException(ErrorCodes.InvalidData,
                $"The model's batch is fixed at {Input.FixedBatch}, but there are only {data.Count} samples.") { File = data.Path };
    }

    /// <summary>
    /// Samples on which the error of each layer is told: evaluation samples where there are any, because quantizers were fitted to
    /// those of the calibration and look better on them.
    /// </summary>
    /// <param name="calibration">What is used without evaluation data.</param>
    /// <param name="samples">At most this many.</param>
    /// <param name="cancellation">Checked between samples.</param>
    public CalibrationData ReadErrorSamples(CalibrationData calibration, int samples, CancellationToken cancellation) =>
        OpenEvaluation() is { } evaluation && evaluation.Count >= Input.FixedBatch
            ? CalibrationData.From(evaluation, Math.Max(samples, Input.FixedBatch), cancellation)
            : calibration;

    /// <summary>The training samples, all in memory, and those held apart.</summary>
    /// <exception cref="CimException">CIM0006: they cannot be read, or the network has not one input of real numbers.</exception>
    public TrainingData ReadTraining(CancellationToken cancellation)
    {
        if (Input.Ports is not [{ Type: ElementType.Float32, HasBatchAxis: true } port])
            throw OptionError.Of(ErrorCodes.InvalidData,
                $"Training needs a network with one input of real numbers and a batch dimension; this one has "
                + $"{string.Join(", ", Input.Ports.Select(p => $"'{p.Name}' of {p.Type}"))}. Leave {OptionTable.Training.Named()} out.",
                _options.ModelPath);
        if (_options.Augmentation != Augmentation.None && port.SampleDims.Length != 3)
            throw OptionError.Usage(
                $"{OptionTable.TrainingShift.Named()} and {OptionTable.TrainingFlip.Named()} move images (channels, rows, columns); "
                + $"the samples of '{port.Name}' have {port.SampleDims.Length} dimensions. Leave them out.", _options.ModelPath);
        SampleSet training = Read(_options.Training!);
        return _options.Validation is { } validation
            ? new TrainingData(training, Read(validation), _options.Augmentation)
            : TrainingData.Split(training, _options.Augmentation);

        SampleSet Read(string path) =>
            TrainingSamples.Read(
                DataSet.Open(path, Input.Ports, _options.Preprocessing), [.. port.SampleDims.Select(d => (long)d)], cancellation);
    }

    /// <summary>The labelled data, or null if none was given.</summary>
    public DataSet? OpenEvaluation()
    {
        if (_options.Evaluation is not { } path) return null;
        return DataSet.Open(path, Input.Ports, _options.Preprocessing);
    }

    /// <summary>What the compiled model says about itself.</summary>
    public ModelInfo Describe(HardwareProfile hardware, Cost cost, Cost baseline, Graph graph) => new()
    {
        Name = Path.GetFileNameWithoutExtension(_options.ModelPath),
        Hardware = hardware.Name,
        Inputs = [.. graph.Inputs.Select(i => Describe(graph, i))],
        Outputs = [.. graph.Outputs.Select(o => Describe(graph, o))],
        Cost = cost,
        Baseline = baseline,
        Seed = _options.Seed,
        ModelSha256 = ModelSha256,
        CalibrationSha256 = _options.Calibration is { } path ? FileHash.Of(path) : "",
        Preprocessing = _options.Preprocessing.Describe(),
        Labels = Labels,
        SdkVersion = CompilePipeline.SdkVersion,
    };

    private static TensorDescription Describe(Graph graph, string value) =>
        new(value, graph.Values[value].Type, graph.Values[value].Shape.Dims);
}
