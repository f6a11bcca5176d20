using System.Globalization;
using Cim.Onnx.Proto;
using Cim.Runtime;
using Cim.Training.Data;
using Cim.Training.Engine;
using Cim.Training.Loop;
using Cim.Training.Losses;
using Cim.Training.Networks;

namespace Cim.Training.Pruning;

/// <summary>
/// Progressive pruning by gradient sensitivity: score, remove, train, several times, so that the weights left take over before more
/// are removed.
/// </summary>
public sealed class Pruner
{
    private readonly TrainableNetwork network;
    private readonly SampleSet training;
    private readonly PruningOptions options;
    private readonly IReadOnlyList<NodeProto> nodes;
    private readonly IReadOnlyList<PrunedLayer> layers;

    /// <summary>Prepares pruning of all matrix layers.</summary>
    /// <param name="network">Changed in place; weights removed are zero and stay so in later training (their masks remain).</param>
    /// <param name="training">Samples for scores, compensation and training; labelled, or with a <see cref="Teacher"/>.</param>
    /// <param name="options">What and how much.</param>
    public Pruner(TrainableNetwork network, SampleSet training, PruningOptions options)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(training);
        ArgumentNullException.ThrowIfNull(options);
        (this.network, this.training, this.options) = (network, training, options);
        if (training.Labels is null && options.Score == PruningScore.GradientTimesWeight)
            throw new CimException(
                ErrorCodes.InvalidLabels, "the first-order score needs labels; add them to the training data, or use the score 'fisher'");

        // The last layer's outputs are the result; none of them can go as a whole.
        NodeProto[] all = [.. network.Graph.Node
            .Where(node => node.OpType is "Conv" or "Gemm" or "MatMul" && network.Find(node.Input[1]) is { Role: ParameterRole.Weight })];
        nodes = [.. all.SkipLast(options.Granularity == PruningGranularity.Filter ? 1 : 0)];
        layers = [.. nodes.Select(
            node => new PrunedLayer(network[node.Input[1]], MatrixLayout.Of(node, network[node.Input[1]]), options.Geometry))];
    }

    /// <summary>The float network to follow while training, or null.</summary>
    public TrainableNetwork? Teacher { get; init; }

    /// <summary>Told how the training after each step goes, or null.</summary>
    public IProgress<TrainingProgress>? Training { get; init; }

    /// <summary>File that keeps what the steps done gave, so that a run that was killed or cancelled goes on after them; null =
    /// none.</summary>
    public string? Checkpoint { get; init; }

    /// <summary>Arrays and zeros at present.</summary>
    public PruningReport Report() => new([.. layers.Select(layer => layer.Report())]);

    /// <summary>Prunes and trains. A cancelled run leaves the network as it was after the last removal and the training it got
    /// since.</summary>
    /// <exception cref="CimException">Training fails, or a checkpoint does not fit or cannot be written.</exception>
    public async Task<PruningReport> RunAsync(
        IProgress<(int Step, PruningReport Report)>? progress = null, CancellationToken cancellation = default)
    {
        PruningOptions relevant = options with { FineTuning = options.FineTuning with { Checkpoint = null } };
        var kept = new StageCheckpoint(
            Checkpoint,
            Loop.Checkpoint.Key(network, string.Create(CultureInfo.InvariantCulture, $"{relevant};{training.Count};{Teacher is null}")),
            Snapshot.Arrays(network).Concat(layers.Select(layer => layer.Mask)));
        for (int step = kept.Load() + 1; step <= options.Steps; step++)
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
        double along = step / (double)options.Steps;
        try
        {
            await Task.Run(() => PruneTo(options.Target * (1 - Math.Pow(1 - along, 3)), cancellation), cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return false;
        }

        int epochs = step == options.Steps ? options.FinalEpochs : options.FineTuning.Epochs;
        if (epochs == 0)
            return true;
        var trainer = new Trainer(network, training, null,
            options.FineTuning with { Epochs = epochs, Seed = options.FineTuning.Seed + step }) { Teacher = Teacher };
        return !(await trainer.RunAsync(Training, cancellation)).WasCancelled;
    }

    /// <summary>Scores once, removes until a fraction is reached and lets the weights left make up for it.</summary>
    public void PruneTo(double fraction, CancellationToken cancellation = default)
    {
        SampleSet samples = Some(options.ScoreSamples);
        float[][] scores = GradientSensitivity.Measure(
            network, [.. layers.Select(layer => layer.Weights)], [.. layers.Select(layer => layer.UnitOfEach(options.Granularity))],
            samples, options, cancellation);
        double[][][] moments = options.Compensates
            ? InputMoments.Measure(network, nodes, [.. layers.Select(layer => layer.Layout)], samples, cancellation)
            : [];
        float[][] before = [.. layers.Select(layer => (float[])layer.Weights.Values.Clone())];
        if (options.Granularity is PruningGranularity.ArrayRow or PruningGranularity.ArrayColumn)
            PruningSelection.FreeArrays(layers, scores, options.Granularity, fraction);
        else if (options.Granularity == PruningGranularity.Array)
            PruningSelection.EmptyArrays(layers, scores, fraction);
        else
            PruningSelection.RemoveUnits(layers, scores, options.Granularity, fraction);
        if (!options.Compensates)
            return;
        for (int l = 0; l < layers.Count; l++)
            Compensation.Apply(layers[l], before[l], Bias(nodes[l]), moments[l]);
    }

    private Parameter? Bias(NodeProto node) => node.Input.Count > 2 ? network.Find(node.Input[2]) : null;

    /// <summary>Evenly spread samples, at most so many.</summary>
    private SampleSet Some(int count) => training.Count <= count
        ? training
        : training.Select([.. Enumerable.Range(0, count).Select(i => (int)((long)i * training.Count / count))]);
}
