using System.Globalization;
using Cim.Onnx.Proto;
using Cim.Runtime;
using Cim.Training.Data;
using Cim.Training.Loop;
using Cim.Training.Networks;

namespace Cim.Training.Pruning;

/// <summary>
/// Progressive pruning by gradient sensitivity: score, remove, train, several times, so that the weights left take over before more
/// are removed.
/// </summary>
internal sealed class Pruner
{
    private readonly TrainableNetwork _network;
    private readonly SampleSet _training;
    private readonly PruningOptions _options;
    private readonly IReadOnlyList<NodeProto> _nodes;
    private readonly IReadOnlyList<PrunedLayer> _layers;

    /// <summary>Prepares pruning of all matrix layers.</summary>
    /// <param name="network">Changed in place; weights removed are zero and stay so in later training (their masks remain).</param>
    /// <param name="training">Samples for scores, compensation and training; labelled, or with a <see cref="Teacher"/>.</param>
    /// <param name="options">What and how much.</param>
    public Pruner(TrainableNetwork network, SampleSet training, PruningOptions options)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(training);
        ArgumentNullException.ThrowIfNull(options);
        (this._network, this._training, this._options) = (network, training, options);
        if (training.Labels is null && options.Score == PruningScore.GradientTimesWeight)
            throw new CimException(
                ErrorCodes.InvalidLabels, "The first-order score needs labels; add them to the training data, or use the score 'fisher'");

        // The last layer's outputs are the result; none of them can go as a whole.
        NodeProto[] all = [.. network.Graph.Node
            .Where(node => node.OpType is "Conv" or "Gemm" or "MatMul" && network.Find(node.Input[1]) is { Role: ParameterRole.Weight })];
        _nodes = [.. all.SkipLast(options.Granularity == PruningGranularity.Filter ? 1 : 0)];
        _layers = [.. _nodes.Select(
            node => new PrunedLayer(network[node.Input[1]], MatrixLayout.Of(node, network[node.Input[1]]), options.Geometry))];
    }

    /// <summary>The float network to follow while training, or null.</summary>
    public TrainableNetwork? Teacher { get; init; }

    /// <summary>What runs the arithmetic of the training after each step.</summary>
    public TrainingEngine Engine { get; init; } = TrainingEngine.Default;

    /// <summary>Receives the progress of the training after each step, or null.</summary>
    public IProgress<TrainingProgress>? Training { get; init; }

    /// <summary>File that keeps what the steps done gave, so that a run that was killed or cancelled goes on after them; null =
    /// none.</summary>
    public string? Checkpoint { get; init; }

    /// <summary>Arrays and zeros at present.</summary>
    public PruningReport Report() => new([.. _layers.Select(layer => layer.Report())]);

    /// <summary>Prunes and trains. A cancelled run leaves the network as it was after the last removal and the training it got
    /// since.</summary>
    /// <exception cref="CimException">Training fails, or a checkpoint does not fit or cannot be written.</exception>
    public async Task<PruningReport> RunAsync(
        IProgress<(int Step, PruningReport Report)>? progress = null, CancellationToken cancellation = default)
    {
        PruningOptions relevant = _options with { Retraining = _options.Retraining with { Checkpoint = null } };
        var kept = new StageCheckpoint(
            Checkpoint,
            Loop.Checkpoint.Key(_network, string.Create(CultureInfo.InvariantCulture, $"{relevant};{_training.Count};{Teacher is null}")),
            Snapshot.Arrays(_network).Concat(_layers.Select(layer => layer.Mask)));
        for (int step = kept.Load() + 1; step <= _options.Steps; step++)
        {
            if (!await StepAsync(step, cancellation))
                return Report() with { WasCancelled = true };
            kept.Save(step);
            progress?.Report((step, Report()));
        }

        return Report();
    }

    /// <summary>One step; false if it was cancelled.</summary>
    private async Task<bool> StepAsync(int step, CancellationToken cancellation)
    {
        double along = step / (double)_options.Steps;
        try
        {
            await Task.Run(() => PruneTo(_options.Target * (1 - Math.Pow(1 - along, 3)), cancellation), cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return false;
        }

        int epochs = step == _options.Steps ? _options.FinalEpochs : _options.Retraining.Epochs;
        if (epochs == 0)
            return true;
        var trainer = new Trainer(_network, _training, null,
            _options.Retraining with { Epochs = epochs, Seed = _options.Retraining.Seed + step }) { Teacher = Teacher, Engine = Engine };
        return !(await trainer.RunAsync(Training, cancellation)).WasCancelled;
    }

    /// <summary>Scores once, removes until a fraction is reached and lets the weights left make up for it.</summary>
    public void PruneTo(double fraction, CancellationToken cancellation = default)
    {
        SampleSet samples = Some(_options.ScoreSamples);
        float[][] scores = GradientSensitivity.Measure(
            _network, [.. _layers.Select(layer => layer.Weights)], [.. _layers.Select(layer => layer.UnitOfEach(_options.Granularity))],
            samples, _options, cancellation);
        double[][][] moments = _options.Compensates
            ? InputMoments.Measure(_network, _nodes, [.. _layers.Select(layer => layer.Layout)], samples, cancellation)
            : [];
        float[][] before = [.. _layers.Select(layer => (float[])layer.Weights.Values.Clone())];
        if (_options.Granularity is PruningGranularity.ArrayRow or PruningGranularity.ArrayColumn)
            PruningSelection.FreeArrays(_layers, scores, _options.Granularity, fraction);
        else if (_options.Granularity == PruningGranularity.Array)
            PruningSelection.EmptyArrays(_layers, scores, fraction);
        else
            PruningSelection.RemoveUnits(_layers, scores, _options.Granularity, fraction);
        if (!_options.Compensates)
            return;
        for (int l = 0; l < _layers.Count; l++)
            Compensation.Apply(_layers[l], before[l], Bias(_nodes[l]), moments[l]);
    }

    private Parameter? Bias(NodeProto node) => node.Input.Count > 2 ? _network.Find(node.Input[2]) : null;

    /// <summary>Evenly spread samples, at most so many.</summary>
    private SampleSet Some(int count) => _training.Count <= count
        ? _training
        : _training.Select([.. Enumerable.Range(0, count).Select(i => (int)((long)i * _training.Count / count))]);
}
